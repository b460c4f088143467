import Pipelines
import Planning
import Postgres
import Rows

/// Where rows came from.
extension PostgresLedger {
    /// The rows of a fact with a grain, or the versions of a dimension with a business key, and the
    /// load tasks that wrote them.
    ///
    /// - Parameters:
    ///   - name: The table, with or without its schema: `callcenter.fact_call`, `fact_call`.
    ///   - key: The values of the fact's grain, or of the dimension's key, in the definition's order;
    ///     where the grain has a reference, the business key of what it refers to.
    /// - Returns: the rows; none when nobody has such a key.
    /// - Throws: ``WarehouseError`` for a table that no pipeline loads, and for a key that does not fit.
    public func trace(_ name: String, key: [String]) async throws -> [TracedRow] {
        let table = try await tracedTable(name)
        guard let pipeline = try await newestDefinition(ofPipeline: table.pipeline) else {
            throw WarehouseError.untraceable(name, "no load of it is in the ledger")
        }
        let search = try TraceSearch(table, in: pipeline)
        guard key.count == search.parts.count else {
            let names = search.parts.map { "`\($0.title)`" }.joined(separator: ", ")
            throw WarehouseError.untraceable(
                name,
                "its rows are identified by \(names): give a value for each (given: \(key.count))"
            )
        }
        let rows = try await found(search, key: key)
        var traced: [TracedRow] = []
        for row in rows { traced.append(try await origin(of: row, in: table)) }
        return traced
    }

    private func found(
        _ search: TraceSearch,
        key: [String]
    ) async throws -> [TracedRow] {
        do {
            let result = try await query(search.sql, key.map { .text($0) })
            let names = result.columns
            return try result.map { row in
                let columns = try names.map {
                    TracedRow.Column(name: $0, value: try row.optionalText($0))
                }
                return TracedRow(
                    columns: columns,
                    load: try row.optionalInteger("load_id", as: Int64.self),
                    isInferred: columns.contains { $0.name == "is_inferred" && $0.value == "t" }
                )
            }
        } catch let error as PostgresError where error.sqlState?.errorClass == "22" {
            let types = search.parts.map { "`\($0.title)` is \($0.type)" }.joined(separator: ", ")
            throw WarehouseError.untraceable(
                search.table.title,
                "a value of the key is not of its column's type: \(types)"
            )
        }
    }

    private func origin(
        of row: TracedRow,
        in table: TracedTable
    ) async throws -> TracedRow {
        guard let load = row.load, !row.isInferred else { return row }
        let rows = try await query(
            """
            select t.load_id || '.' || t.ordinal as task, t.period, t.input, t.worker,
                to_char(t.committed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as committed_at,
                l.definition, l.pipeline, l.requested_by
            from longshore.task t join longshore.load l on l.id = t.load_id
            left join longshore.control c using (schema_name, table_name, period)
            where t.load_id = $1 and t.schema_name = $2 and t.table_name = $3 and t.state = 'done'
                and ($4::date is null or c.period_start = $4::date)
            """,
            [
                .integer(load), .text(table.schema), .text(table.name),
                PostgresValue(row.value(of: Fact.loadPeriod) ?? row.value(of: "period")),
            ]
        )
        var traced = row
        traced.origin = try rows.first.map { row in
            TracedRow.Origin(
                task: try row.text("task"),
                period: try row.text("period"),
                input: try row.optionalText("input"),
                worker: try row.optionalText("worker"),
                committedAt: try row.optionalText("committed_at"),
                definition: try row.text("definition"),
                pipeline: try row.text("pipeline"),
                requestedBy: try row.text("requested_by")
            )
        }
        return traced
    }

    private func tracedTable(_ name: String) async throws -> TracedTable {
        let rows = try await query(
            """
            select distinct schema_name, table_name, name, pipeline from longshore.control
            where $1 in (table_name, schema_name || '.' || table_name)
            order by schema_name
            """,
            [.text(name)]
        )
        let tables = try rows.map { row in
            TracedTable(
                schema: try row.text("schema_name"),
                name: try row.text("table_name"),
                subject: try row.text("name"),
                pipeline: try row.text("pipeline")
            )
        }
        guard let table = tables.first else {
            throw WarehouseError.untraceable(
                name,
                "no pipeline loads such a table: `longshore periods` and `status LOAD` show them"
            )
        }
        guard tables.count == 1 else {
            let titles = tables.map { "`\($0.title)`" }.joined(separator: ", ")
            throw WarehouseError.untraceable(name, "it may be \(titles): write the schema too")
        }
        return table
    }
}

/// A table that the control table knows.
struct TracedTable {
    let schema: String
    let name: String
    /// The name in the definition: `call` of `fact_call`.
    let subject: String
    let pipeline: String

    /// With its schema, as people write it.
    var title: String { "\(schema).\(name)" }
}

/// The query that finds rows by a fact's grain or a dimension's key.
struct TraceSearch {
    let table: TracedTable
    /// What the values of the key are, in their order.
    private(set) var parts: [Part] = []
    private var conditions: [String] = []
    private let order: String

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
            conditions = keyConditions(of: dimension, prefix: "")
        } else {
            throw WarehouseError.untraceable(
                table.title,
                "it is computed by SQL: trace the rows of the facts and dimensions that it reads"
            )
        }
    }

    var sql: String {
        "select * from \(qualified(table.schema, table.name)) "
            + "where \(conditions.joined(separator: " and "))\(order)"
    }

    private mutating func addGrain(_ name: String, of fact: Fact, in pipeline: Pipeline) {
        if let attribute = fact.attributes.first(where: { $0.name == name }) {
            conditions.append(condition(attribute, prefix: ""))
            return
        }
        guard let reference = fact.references.first(where: { $0.name == name }),
            let dimension = pipeline.dimension(reference.dimension)
        else { return }
        let members = keyConditions(of: dimension, prefix: "\(name).")
        conditions.append(
            "\(quoteIdentifier(reference.column)) in (select "
                + "\(quoteIdentifier(dimension.surrogateKey)) "
                + "from \(qualified(table.schema, dimension.table)) "
                + "where \(members.joined(separator: " and ")))"
        )
    }

    private mutating func keyConditions(of dimension: Dimension, prefix: String) -> [String] {
        var found: [String] = []
        for attribute in dimension.keyAttributes {
            found.append(condition(attribute, prefix: prefix))
        }
        return found
    }

    private mutating func condition(_ attribute: Attribute, prefix: String) -> String {
        let type = attribute.plan.type.postgresName
        parts.append(Part(title: prefix + attribute.name, type: type))
        return "\(quoteIdentifier(attribute.name)) = $\(parts.count)::text::\(type)"
    }
}
