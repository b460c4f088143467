public import Rows
public import Words

/// How rows are read from a source: those of a table, or of what belongs to one.
///
/// A load writes by it, and a check of sources judges by it; neither has rules of its own.
public struct TableLayout: Sendable, Hashable {
    /// What a row is made of, without what a load adds to each.
    public let rows: RowLayout
    /// The outputs by which rows must be distinct; none where equal ones are no fault.
    public let grain: [Int]
    /// The output that places a row in a period; `nil` where none does.
    public let periodOutput: Int?
    /// The dimensions that are referenced, each once: ``KeyPlan/map`` is a place among them.
    public let dimensions: [Dimension]

    /// The layout of a dimension that reads a source: attributes, then references.
    public init(_ dimension: Dimension, in pipeline: Pipeline) {
        let attributes = dimension.attributes
        let time = attributes.firstIndex { $0.name == dimension.effective }
        var values = attributes.map(\.plan)
        // A row without its time has no place in a history.
        if let time, !values[time].rules.contains(.required) {
            values[time].rules.insert(.required, at: 0)
        }
        let key = attributes.indices.filter { dimension.key.contains(attributes[$0].name) }
        let referenced = pipeline.dimensions(of: dimension.references)
        let keys = dimension.references.map {
            $0.keyPlan(in: referenced, among: attributes, asOf: time)
        }
        rows = RowLayout(
            values.map { .value($0) } + keys.map { .key($0) },
            checks: dimension.demands.checks,
            unique: RowLayout.Unique(
                outputs: attributes.indices.filter { attributes[$0].isUnique },
                owner: key
            ),
            identity: key,
            dayZone: pipeline.zone
        )
        grain = []
        periodOutput = nil
        dimensions = referenced
    }

    /// The layout of a fact: references, then attributes.
    public init(_ fact: Fact, in pipeline: Pipeline) {
        let names = fact.references.map(\.name) + fact.attributes.map(\.name)
        let period = fact.periodColumn.flatMap { names.firstIndex(of: $0) }
        let identity = fact.grain.compactMap { names.firstIndex(of: $0) }
        let referenced = pipeline.dimensions(of: fact.references)
        let keys = fact.references.map {
            $0.keyPlan(in: referenced, among: fact.attributes, asOf: period)
        }
        let unique = fact.attributes.filter(\.isUnique).compactMap { names.firstIndex(of: $0.name) }
        rows = RowLayout(
            keys.map { .key($0) } + fact.attributes.map { .value($0.plan) },
            checks: fact.demands.checks,
            unique: RowLayout.Unique(outputs: unique, owner: identity),
            identity: identity + [period].compactMap(\.self),
            dayZone: pipeline.zone
        )
        grain = fact.duplicates == .reject ? identity : []
        periodOutput = period
        dimensions = referenced
    }

    /// The layout of a calendar's holidays: date and name, and region where it is asked for or stands in
    /// the header.
    public init(_ holidays: CalendarPlan.Holidays, below header: [ExactText] = []) {
        let hasRegion = holidays.region != nil || header.contains("region")
        let date = ValuePlan(
            name: "date",
            source: "date",
            type: .date(format: .isoDate),
            rules: [.required]
        )
        let name = ValuePlan(
            name: "name",
            source: "name",
            type: .text,
            cleaning: [.trim],
            rules: [.required]
        )
        let region = ValuePlan(name: "region", source: "region", type: .text, cleaning: [.trim])
        self.init([date, name] + (hasRegion ? [region] : []))
    }

    /// The layout of the row with a control total's figure: that one number, which the total names or which
    /// is the only column of the header; nothing where it is neither.
    ///
    /// A sum over no rows is null in SQL, and means 0; an empty cell of a file means nothing.
    public init(_ total: ControlTotal, below header: [ExactText] = []) {
        let column = total.value.map { ExactText($0) } ?? (header.count == 1 ? header[0] : nil)
        let figure = column.map { name in
            ValuePlan(
                name: name.text,
                source: name,
                type: .decimal(precision: 1000, scale: 500),
                cleaning: [.trim],
                rules: total.extract.readsObjects ? [.required] : []
            )
        }
        self.init([figure].compactMap(\.self))
    }

    private init(_ values: [ValuePlan]) {
        rows = RowLayout(values.map { .value($0) })
        grain = []
        periodOutput = nil
        dimensions = []
    }

    /// The rows with what a load adds to each, behind all that the table's own columns hold.
    public func rows(with added: [RowLayout.Output]) -> RowLayout {
        var rows = rows
        rows.outputs += added
        return rows
    }
}

extension Pipeline {
    /// The dimensions that some references point to, each once.
    fileprivate func dimensions(of references: [Reference]) -> [Dimension] {
        var names: [String] = []
        for reference in references where !names.contains(reference.dimension) {
            names.append(reference.dimension)
        }
        return names.compactMap(dimension)
    }
}
