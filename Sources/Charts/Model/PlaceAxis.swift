import Words

/// The places of an x axis from left to right: every category, or every step of time from the first day to the
/// last.
struct PlaceAxis: Sendable {
    /// The place's whole name.
    let names: [String]
    /// The places in time; empty for categories.
    let days: [CalendarDay]
    /// Their distance; `nil` for categories.
    let step: CalendarStep?
    /// For each place as it was given, where it stands.
    private let positions: [Int]
    private let categories: [String]

    var count: Int { names.count }

    init(_ places: Chart.Places) throws(ChartError) {
        switch places {
        case .categories(let names): try self.init(names)
        case .days(let days): try self.init(days)
        }
    }

    private init(_ categories: [String]) throws(ChartError) {
        guard categories.count <= Chart.mostPlaces else { throw .tooManyPlaces(categories.count) }
        names = categories.map(LabelText.visible)
        (days, step) = ([], nil)
        positions = Array(categories.indices)
        self.categories = categories
    }

    private init(_ given: [CalendarDay]) throws(ChartError) {
        let step = CalendarStep(meeting: given)
        let first = given.min() ?? CalendarDay(number: 0)
        let positions = given.map { step.count(from: first, to: $0) }
        let count = (positions.max() ?? -1) + 1
        guard count <= Chart.mostPlaces else { throw .tooManyPlaces(count) }
        if Set(positions).count < positions.count {
            var seen: Set<CalendarDay> = []
            let day = given.first { !seen.insert($0).inserted } ?? first
            throw .twice(place: step.name(of: day), series: nil)
        }
        let days = (0..<count).map { step.day($0, after: first) }
        self.days = days
        names = days.map { step.name(of: $0) }
        (self.step, self.positions, categories) = (step, positions, [])
    }

    /// A series with its values where their places stand.
    func placed(_ series: Chart.Series) throws(ChartError) -> Chart.Series {
        guard series.values.count == positions.count else {
            throw .lengths(
                series: series.name,
                values: series.values.count,
                places: positions.count
            )
        }
        var values = [Quantity?](repeating: nil, count: count)
        for (position, value) in zip(positions, series.values) { values[position] = value }
        return Chart.Series(name: LabelText.visible(series.name), values: values)
    }

    /// Where places stand that are given as text; those that the axis does not have are left out.
    func indices(of places: [String]) -> Set<Int> {
        guard step != nil else {
            let wanted = Set(places.exact)
            return Set(categories.indices.filter { wanted.contains(ExactText(categories[$0])) })
        }
        let days = Set(places.compactMap { CalendarDay($0) })
        return Set(self.days.indices.filter { days.contains(self.days[$0]) })
    }
}
