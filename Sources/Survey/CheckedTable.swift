import Pipelines
import Rows
import Words

/// A table with what a check of its source needs: how a load reads its rows, and what it expects of them.
///
/// The holidays of a calendar and the figures of control totals are read like tables of their own.
struct CheckedTable {
    let name: String
    let extract: Extract
    private(set) var layout: TableLayout
    private let content: Content
    private(set) var expectations: Expectations?
    /// The fact that it is, or of which it is a total.
    private(set) var fact: String?

    private enum Content {
        case rows
        case holidays(CalendarPlan.Holidays)
        case figure(ControlTotal)
    }

    /// The tables of a pipeline that read a source, dimensions first, each before its totals.
    static func all(of pipeline: Pipeline) -> [CheckedTable] {
        pipeline.dimensions.flatMap { dimension -> [CheckedTable] in
            switch dimension.content {
            case .extract(let extract):
                [CheckedTable(dimension, extract, in: pipeline)]
                    + figures(dimension.table, dimension.demands.expectations)
            case .calendar(let plan):
                plan.holidays.map { [CheckedTable($0, of: dimension)] } ?? []
            }
        }
            + pipeline.facts.flatMap { fact in
                [CheckedTable(fact, in: pipeline)]
                    + figures(fact.table, fact.demands.expectations, ofFact: fact.name)
            }
    }

    private static func figures(
        _ table: String,
        _ expected: Expectations,
        ofFact fact: String? = nil
    ) -> [CheckedTable] {
        expected.totals.map { CheckedTable($0, of: table, fact) }
    }

    private init(_ dimension: Dimension, _ extract: Extract, in pipeline: Pipeline) {
        name = dimension.table
        self.extract = extract
        layout = TableLayout(dimension, in: pipeline)
        content = .rows
    }

    private init(_ fact: Fact, in pipeline: Pipeline) {
        name = fact.table
        extract = fact.extract
        layout = TableLayout(fact, in: pipeline)
        content = .rows
        expectations = fact.demands.expectations
        self.fact = fact.name
    }

    private init(_ holidays: CalendarPlan.Holidays, of dimension: Dimension) {
        name = "\(dimension.table) holidays"
        extract = holidays.extract
        layout = TableLayout(holidays)
        content = .holidays(holidays)
    }

    private init(_ total: ControlTotal, of table: String, _ fact: String?) {
        name = "\(table) total \(total.name)"
        extract = total.extract
        layout = TableLayout(total)
        content = .figure(total)
        self.fact = fact
    }

    /// The table as it is read from a source with this header.
    func reading(_ header: [ExactText]) -> CheckedTable {
        var table = self
        switch content {
        case .rows: break
        case .holidays(let holidays): table.layout = TableLayout(holidays, below: header)
        case .figure(let total): table.layout = TableLayout(total, below: header)
        }
        return table
    }

    /// The total whose figure stands in the source's only row.
    var figure: ControlTotal? {
        guard case .figure(let total) = content else { return nil }
        return total
    }

    /// Whether other rows are read for another period.
    var isByPeriod: Bool { extract.isCutByPeriod }

    /// The source's columns that it reads, each once.
    var sourceColumns: [ExactText] { layout.rows.sourceColumns }

    /// Those among them without which its rows cannot be read.
    var neededSources: Set<ExactText> { layout.rows.neededSources }

    /// Whether rows below this header cannot be read.
    func lacksNeeded(_ header: [ExactText]) -> Bool {
        !neededSources.isSubset(of: header)
    }

    /// The bounds of a period, where rows of other ones are rejects.
    func bounds(_ period: Period?) -> PeriodBounds? {
        guard let period, let output = layout.periodOutput else { return nil }
        return PeriodBounds(
            output: output,
            label: period.label,
            firstDay: period.start.number,
            endDay: period.end.number
        )
    }
}
