package import Charts
package import Pipelines
import Words

/// The figures of a panel as they are drawn: its places, those among them that are missing, and the seal that says so.
package struct PanelFigures: Sendable {
    /// The panel.
    package let panel: Panel
    /// Its rows.
    package let rows: PanelRows
    /// What they rest on.
    package let seal: Seal
    /// The picture; `nil` of a panel that is none.
    package let chart: Result<Chart, ChartError>?
    /// The places of the picture's axis, as the server writes them.
    package let places: [String]

    /// Places of the axis whose rows are not there.
    package let missing: [String]
    /// The rows of the axis's places, the one of each; `nil` where it is missing.
    package let sparkRows: [Int?]
    /// Whether the axis is one of months.
    package let isByMonth: Bool
    /// Whether the axis is one of time.
    package let isOfTime: Bool

    /// The figures of an answer; `nil` where it has none.
    package init?(_ answer: PanelAnswer, today: Day) {
        guard let figures = answer.figures else { return nil }
        panel = answer.panel
        rows = figures.rows
        let axis = Self.axis(figures, answer, today: today)
        var seal = figures.seal
        seal.emptyPlaces = axis?.empty.texts ?? []
        self.seal = seal
        places = axis?.places.texts ?? []
        missing = axis.map { ($0.missing + $0.empty).texts } ?? []
        sparkRows =
            axis.map { axis in axis.places.map { axis.rows[$0]?.first } }
            ?? figures.rows.rows.indices.map { $0 }
        isByMonth = axis?.isByMonth ?? false
        isOfTime = axis?.isOfTime ?? false
        guard case .chart(let plan) = answer.panel.kind, let axis else {
            chart = nil
            return
        }
        let picture = PanelPicture(panel: panel, plan: plan, rows: rows, axis: axis)
        do throws(ChartError) {
            chart = .success(try picture.chart())
        } catch {
            chart = .failure(error)
        }
    }

    /// The newest load that a place of an axis of time rests on; `nil` of another axis.
    package func load(of place: String) -> Int64? {
        guard isOfTime, let day = CalendarDay(place) else { return nil }
        let period = Period(isByMonth ? .month : .day, containing: Day(number: day.number))
        return seal.load(from: period.start, to: period.end)
    }

    /// What is to be chosen to see a place of the axis alone: of time a span, else the place.
    ///
    /// A span has whole periods of the dashboard's filter.
    package func narrowing(
        to place: String,
        _ choices: DashboardChoices
    ) -> (choices: DashboardChoices, place: PanelPlace?) {
        guard isOfTime, let span = choices.span, let day = CalendarDay(place) else {
            return (choices, PanelPlace(x: place))
        }
        let period = Period(isByMonth ? .month : .day, containing: Day(number: day.number))
        let grain = span.first.grain
        let (first, last) = (
            Period(grain, containing: period.start),
            Period(grain, containing: Day(number: period.end.number - 1))
        )
        return (choices.showing(PeriodSpan(first, last)), nil)
    }

    /// The axis of a chart; of a large figure that of its first column, where it is one of time.
    private static func axis(
        _ figures: PanelAnswer.Figures,
        _ answer: PanelAnswer,
        today: Day
    ) -> PanelAxis? {
        switch answer.panel.kind {
        case .chart(let plan): return PanelAxis(figures, plan.x, answer, today: today)
        case .big(let big):
            guard let first = figures.rows.columns.first, figures.rows.rows.count > 1,
                [.first, .last].contains(big.reduction)
            else { return nil }
            let axis = PanelAxis(figures, NamedValues(column: first.name), answer, today: today)
            return axis.isOfTime ? axis : nil
        default: return nil
        }
    }
}

/// The places of a panel's axis: those of its rows, and where it is one of time those that should have rows.
struct PanelAxis {
    /// As the server writes them.
    let places: [ExactText]
    /// Places without a value, because what they are of is not loaded or gone.
    let missing: [ExactText]
    /// Places without rows, of tables that do not tell why.
    let empty: [ExactText]
    /// Places whose values are old.
    let stale: [ExactText]
    /// The rows of each place.
    let rows: [ExactText: [Int]]
    /// Whether it is one of time.
    let isOfTime: Bool
    /// Whether its places are months.
    let isByMonth: Bool

    init(
        _ figures: PanelAnswer.Figures,
        _ x: NamedValues,
        _ answer: PanelAnswer,
        today: Day
    ) {
        var rows: [ExactText: [Int]] = [:]
        var found: [ExactText] = []
        for row in figures.rows.rows.indices {
            guard let place = figures.rows.value(x.column, row).map({ ExactText($0) }) else {
                continue
            }
            if rows[place] == nil { found.append(place) }
            rows[place, default: []].append(row)
        }
        self.rows = rows
        let time = AxisTime(found, answer, today: today)
        isOfTime = time != nil
        isByMonth = time?.grain == .month
        guard let time else {
            places = x.order + found.filter { !x.order.contains($0) }
            (missing, empty, stale) = ([], [], [])
            return
        }
        let expected = time.expected.filter { rows[time.name(of: $0)] == nil }
        places = (found + expected.map(time.name)).sorted { time.day($0) < time.day($1) }
        var missing: [ExactText] = [], empty: [ExactText] = [], stale: [ExactText] = []
        for place in places {
            let period = time.period(place)
            let standing = figures.seal.standing(from: period.start, to: period.end)
            switch standing {
            case .missing?: missing.append(place)
            case .stale?: stale.append(place)
            case .loaded?: break
            case nil where rows[place] == nil:
                if figures.basePlaces?.contains(where: { time.day($0) == period.start }) != true {
                    empty.append(place)
                }
            case nil: break
            }
        }
        (self.missing, self.empty, self.stale) = (missing, empty, stale)
    }
}

/// What the places of an axis of time are.
private struct AxisTime {
    let grain: PeriodGrain
    private let span: PeriodSpan
    private let today: Day
    /// Whether places are written as `2024-05`.
    private let isShort: Bool

    /// - Returns: `nil` where places are no days, or nothing says which of them are shown.
    init?(_ places: [ExactText], _ answer: PanelAnswer, today: Day) {
        guard let span = answer.choices.span,
            answer.panel.query.placeholders.contains("period_start")
        else { return nil }
        let days = places.map { CalendarDay($0.text) }
        guard !days.contains(nil) else { return nil }
        let areMonths = days.allSatisfy { $0?.isFirstOfMonth == true }
        let isByMonth = areMonths && (days.count > 1 || span.first.grain == .month)
        grain = days.isEmpty ? span.first.grain : isByMonth ? .month : .day
        isShort = places.first.map { $0.utf8.count == 7 } ?? (grain == .month)
        (self.span, self.today) = (span, today)
    }

    /// The places that have begun.
    var expected: [Period] {
        var periods: [Period] = []
        var period = Period(grain, containing: span.start)
        while period.start < span.end, period.end <= today {
            periods.append(period)
            period = period.next
        }
        return periods
    }

    func name(of period: Period) -> ExactText {
        ExactText(
            isShort
                ? Period(.month, containing: period.start).label : period.start.description
        )
    }

    func day(_ place: ExactText) -> Day { Day(number: CalendarDay(place.text)?.number ?? 0) }

    func period(_ place: ExactText) -> Period { Period(grain, containing: day(place)) }
}
