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
    ///     where the grain has a reference, the business key of what it refers to. Of a mart, its
    ///     period, or nothing when it is computed whole: its rows have one origin together.
    /// - Returns: the rows, at least one.
    /// - Throws: ``WarehouseError`` for a table that no pipeline loads, for a key that does not fit, and
    ///   for one that no row has, with the rejects that hold it.
    public func trace(_ name: String, key: [String]) async throws -> [TracedRow] {
        let table = try await tracedTable(name)
        guard let pipeline = try await newestDefinition(ofPipeline: table.pipeline) else {
            throw WarehouseError.untraceable(name, "no load of it is in the ledger")
        }
        if let mart = pipeline.mart(table.subject), mart.table == table.name {
            return [try await origin(of: mart, in: table, key: key)]
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
        if rows.isEmpty { throw try await absence(of: key, in: table) }
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
        var traced = row
        traced.origin = try await origin(
            load: load,
            table,
            periodStart: row.columns.first { $0.name == "period" }?.value ?? nil
        )
        return traced
    }

    /// The task of a load that wrote a table, or the period of it that begins on a day.
    func origin(
        load: Int64,
        _ table: TracedTable,
        periodStart: String?
    ) async throws -> TracedRow.Origin? {
        let rows = try await query(
            """
            select t.load_id || '.' || t.ordinal as task, t.period, t.input, t.worker,
                t.failures + t.crashes + 1 as attempt,
                to_char(t.committed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as committed_at,
                l.definition, l.pipeline, l.requested_by
            from longshore.task t join longshore.load l on l.id = t.load_id
            left join longshore.control c using (schema_name, table_name, period)
            where t.load_id = $1 and t.schema_name = $2 and t.table_name = $3 and t.state = 'done'
                and ($4::date is null or c.period_start = $4::date)
            """,
            [
                .integer(load), .text(table.schema), .text(table.name),
                PostgresValue(periodStart),
            ]
        )
        return try rows.first.map { row in
            TracedRow.Origin(
                task: try row.text("task"),
                period: try row.text("period"),
                input: try row.optionalText("input"),
                attempt: try row.integer("attempt"),
                worker: try row.optionalText("worker"),
                committedAt: try row.optionalText("committed_at"),
                definition: try row.text("definition"),
                pipeline: try row.text("pipeline"),
                requestedBy: try row.text("requested_by")
            )
        }
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
