import Ledger
import Pipelines
import Postgres
import Rows
import StarSchema
import Words

/// A table that the control table knows.
struct TracedTable {
    let schema: String
    let name: String
    /// The name in the definition: `call` of `fact_call`.
    let subject: String
    let pipeline: String

    /// With its schema, as people write it.
    var title: String { "\(schema).\(name)" }

    /// The table, or a period of it, as the ledger has it.
    func key(period: String = "") -> PeriodKey {
        PeriodKey(schema: schema, table: name, period: period)
    }
}

/// The query that finds rows by a fact's grain or a dimension's key.
struct TraceSearch {
    let table: TracedTable
    /// What the values of the key are, in their order.
    private(set) var parts: [Part] = []
    /// How each of them is read from the source.
    private(set) var plans: [ValuePlan] = []
    /// What each part of the key asks for, of the values of the key.
    private var conditions: [Condition] = []
    private let order: SQL

    private typealias Condition = @Sendable ([String]) -> SQL

    /// A column that a value of the key is compared with.
    struct Part {
        /// The column in words: `call_id`, `agent.agent_id`.
        let title: String
        let type: String
    }

    init(_ table: TracedTable, in pipeline: Pipeline) throws {
        self.table = table
        if let fact = pipeline.fact(table.subject), fact.table == table.name {
            order = fact.periodColumn == nil ? "" : " order by period"
            for name in fact.grain { addGrain(name, of: fact, in: pipeline) }
        } else if let dimension = pipeline.dimension(table.subject), dimension.table == table.name {
            order = dimension.isVersioned ? " order by valid_from" : ""
            conditions = keyConditions(of: dimension, prefix: "", from: [])
        } else {
            throw InquiryError.untraceable(
                table.title,
                "the newest definition of `\(pipeline.name)` has no such table"
            )
        }
    }

    /// The query of the rows with a key.
    func sql(of key: [String]) -> SQL {
        "select * from \(id: table.schema, table.name) where \(Self.all(conditions, of: key))\(order)"
    }

    private static func all(_ conditions: [Condition], of key: [String]) -> SQL {
        conditions.map { $0(key) }.joined(separator: " and ")
    }

    private mutating func addGrain(_ name: String, of fact: Fact, in pipeline: Pipeline) {
        if let attribute = fact.attributes.first(where: { $0.name == name }) {
            conditions.append(condition(attribute, prefix: "", of: attribute.plan.source))
            return
        }
        guard let reference = fact.references.first(where: { $0.name == name }),
            let dimension = pipeline.dimension(reference.dimension)
        else { return }
        let members = keyConditions(of: dimension, prefix: "\(name).", from: reference.from)
        let schema = table.schema
        conditions.append { key in
            """
            \(id: reference.column) in (select \(id: dimension.surrogateKey) \
            from \(id: schema, dimension.table) where \(Self.all(members, of: key)))
            """
        }
    }

    /// `sources` are the columns that a reference reads the key from; none for the dimension's own.
    private mutating func keyConditions(
        of dimension: Dimension,
        prefix: String,
        from sources: [ExactText]
    ) -> [Condition] {
        var found: [Condition] = []
        for (index, attribute) in dimension.keyAttributes.enumerated() {
            let source = sources.indices.contains(index) ? sources[index] : attribute.plan.source
            found.append(condition(attribute, prefix: prefix, of: source))
        }
        return found
    }

    private mutating func condition(
        _ attribute: Attribute,
        prefix: String,
        of source: ExactText
    ) -> Condition {
        var plan = attribute.plan
        plan.source = source
        plans.append(plan)
        let type = attribute.plan.type.postgresName
        let place = parts.count
        parts.append(Part(title: prefix + attribute.name, type: type))
        return { "\(id: attribute.name) = \($0[place])::text::\(raw: type)" }
    }
}
