import Pipelines
import Rows

/// A table with what a check of its source needs: how its rows are read, without the warehouse.
///
/// The holidays of a calendar and the figures of control totals are read like tables of their own.
struct CheckedTable {
    let name: String
    let extract: Extract
    private(set) var layout: RowLayout
    private(set) var grain: [Int] = []
    /// The outputs that say which row it is: the grain, the key, references.
    private(set) var identity: [Int] = []
    /// The output that places rows in periods.
    private(set) var periodOutput: Int?
    private(set) var expectations: Expectations?
    /// The total whose figure stands in the source's only row.
    private(set) var figure: ControlTotal?
    /// The fact that it is, or of which it is a total.
    private(set) var fact: String?

    /// The tables of a pipeline that read a source, dimensions first, each before its totals.
    static func all(of pipeline: Pipeline) -> [CheckedTable] {
        pipeline.dimensions.flatMap { dimension in
            guard case .calendar(let plan) = dimension.content else {
                return [CheckedTable(dimension, in: pipeline)].compactMap(\.self)
                    + figures(dimension.table, dimension.expectations)
            }
            return plan.holidays.map { [CheckedTable($0, of: dimension)] } ?? []
        }
            + pipeline.facts.flatMap { fact in
                [CheckedTable(fact, in: pipeline)]
                    + figures(fact.table, fact.expectations, ofFact: fact.name)
            }
    }

    private static func figures(
        _ table: String,
        _ expected: Expectations,
        ofFact fact: String? = nil
    ) -> [CheckedTable] {
        expected.totals.map { total in
            var checked = CheckedTable(total, of: table)
            checked.fact = fact
            return checked
        }
    }

    private init(_ holidays: CalendarPlan.Holidays, of dimension: Dimension) {
        let date = ValuePlan(
            name: "date",
            source: "date",
            type: .date(format: .isoDate),
            rules: [.required]
        )
        let words = ["name"] + (holidays.region == nil ? [] : ["region"])
        let texts = words.map { word in
            ValuePlan(
                name: word,
                source: word,
                type: .text,
                cleaning: [.trim],
                rules: word == "name" ? [.required] : []
            )
        }
        name = "\(dimension.table) holidays"
        extract = holidays.extract
        layout = RowLayout(([date] + texts).map { .value($0) })
    }

    private init(_ total: ControlTotal, of table: String) {
        name = "\(table) total \(total.name)"
        extract = total.extract
        layout = Self.layout(ofFigure: total.value, in: total.extract)
        figure = total
    }

    /// A sum over no rows is null in SQL, and means 0; an empty cell of a file means nothing.
    private static func layout(ofFigure column: String?, in extract: Extract) -> RowLayout {
        let rules: [Rule] = extract.readsObjects ? [.required] : []
        let plan = column.map { name in
            ValuePlan(
                name: name,
                source: name,
                type: .decimal(precision: 1000, scale: 500),
                cleaning: [.trim],
                rules: rules
            )
        }
        return RowLayout(plan.map { [.value($0)] } ?? [])
    }

    /// The table as it is read from a source with this header, whose only column may be the figure.
    func reading(_ header: [String]) -> CheckedTable {
        guard let figure, figure.value == nil, header.count == 1 else { return self }
        var table = self
        table.layout = Self.layout(ofFigure: header[0], in: extract)
        return table
    }

    private init?(_ dimension: Dimension, in pipeline: Pipeline) {
        guard case .extract(let extract) = dimension.content else { return nil }
        name = dimension.table
        self.extract = extract
        let values = dimension.attributes.map { attribute in
            var plan = attribute.plan
            // A row without its time has no place in a history.
            if attribute.name == dimension.effective, !plan.rules.contains(.required) {
                plan.rules.insert(.required, at: 0)
            }
            return RowLayout.Output.value(plan)
        }
        let keys = Self.keys(dimension.references, dimension.attributes, pipeline)
        layout = RowLayout(values + keys.map(\.output), checks: dimension.checks)
        let names = dimension.attributes.map(\.name)
        identity =
            names.indices.filter { dimension.key.contains(names[$0]) }
            + Array(layout.outputs.indices.dropFirst(names.count))
    }

    private init(_ fact: Fact, in pipeline: Pipeline) {
        name = fact.table
        self.fact = fact.name
        extract = fact.extract
        let values = fact.attributes.map { RowLayout.Output.value($0.plan) }
        let keys = Self.keys(fact.references, fact.attributes, pipeline)
        layout = RowLayout(values + keys.map(\.output), checks: fact.checks)
        let names = fact.attributes.map(\.name) + keys.map(\.name)
        let unique = fact.duplicates == .reject ? fact.grain : []
        grain = names.indices.filter { unique.contains(names[$0]) }
        identity =
            names.indices.filter { fact.grain.contains(names[$0]) }
            + Array(names.indices.dropFirst(fact.attributes.count))
        periodOutput = fact.periodColumn.flatMap { column in names.firstIndex(of: column) }
        expectations = fact.expectations
    }

    /// References as the values of their business keys: there is no warehouse to look them up in.
    private static func keys(
        _ references: [Reference],
        _ attributes: [Attribute],
        _ pipeline: Pipeline
    ) -> [(name: String, output: RowLayout.Output)] {
        references.flatMap { reference -> [(String, RowLayout.Output)] in
            guard let dimension = pipeline.dimension(reference.dimension) else { return [] }
            return reference.keyParts(of: dimension, among: attributes)
                .map { part in
                    var plan = part
                    if reference.missing == .reject { plan.rules = [.required] }
                    return (reference.name, .value(plan))
                }
        }
    }

    /// Whether other rows are read for another period.
    var isByPeriod: Bool { extract.isCutByPeriod }

    /// The source's columns that it reads, each once.
    var sourceColumns: [String] {
        var names: [String] = []
        for plan in layout.plans where plan.expression == nil && !names.contains(plan.source) {
            names.append(plan.source)
        }
        return names
    }

    /// Those among them without which its rows cannot be read.
    var neededSources: Set<String> {
        layout.neededSources(
            grain: grain + identity + [periodOutput].compactMap(\.self),
            bounds: nil
        )
    }

    /// Whether rows below this header cannot be read.
    func lacksNeeded(_ header: [String]) -> Bool {
        !neededSources.isSubset(of: header)
    }

    /// The bounds of a period, where rows of other ones are rejects.
    func bounds(_ period: Period?) -> PeriodBounds? {
        guard let period, let periodOutput else { return nil }
        return PeriodBounds(
            output: periodOutput,
            label: period.label,
            firstDay: period.start.number,
            endDay: period.end.number
        )
    }
}
