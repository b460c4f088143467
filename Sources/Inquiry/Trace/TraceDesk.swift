public import Extraction
public import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Where rows came from.
public struct TraceDesk: Sendable {
    let client: PostgresClient

    /// The rows of a fact with a grain, or the versions of a dimension with a business key, and the
    /// load tasks that wrote them.
    ///
    /// - Parameters:
    ///   - name: The table, with or without its schema: `callcenter.fact_call`, `fact_call`.
    ///   - key: The values of the fact's grain, or of the dimension's key, in the definition's order;
    ///     where the grain has a reference, the business key of what it refers to. Of a mart, its
    ///     period, or nothing when it is computed whole: its rows have one origin together.
    ///   - environment: Knows the values of `${…}`: then the source is read again for the lines of the
    ///     rows, where it is the same as the load has read. Without it no source is opened.
    /// - Returns: the rows, at least one.
    /// - Throws: ``InquiryError`` for a table that no pipeline loads, for a key that does not fit, and
    ///   for one that no row has, with the rejects that hold it.
    public func trace(
        _ name: String,
        key: [String],
        environment: SourceEnvironment? = nil
    ) async throws -> [TracedRow] {
        let table = try await tracedTable(name)
        guard
            let pipeline = try await PipelineDesk(client)
                .newestDefinition(ofPipeline: table.pipeline)
        else {
            throw InquiryError.untraceable(name, "no load of it is in the ledger")
        }
        try await refuseForeignCode(of: pipeline, in: table.schema)
        if let mart = pipeline.mart(table.subject), mart.table == table.name {
            return [try await origin(of: mart, in: table, key: key)]
        }
        let search = try TraceSearch(table, in: pipeline)
        guard key.count == search.parts.count else {
            let names = search.parts.map(\.title).inBackticks()
            throw InquiryError.untraceable(
                name,
                "its rows are identified by \(names): give a value for each (given: \(key.count))"
            )
        }
        let rows = try await found(search, key: key)
        if rows.isEmpty { throw try await absence(of: key, in: table) }
        let versions = pipeline.dimension(table.subject)
            .flatMap { $0.table == table.name ? $0 : nil }
        var traced: [TracedRow] = []
        for row in rows {
            let told = try await teller(of: row, in: table, versions, key: key)
            traced.append(try await origin(of: told, in: table))
        }
        guard let environment else { return traced }
        return try await withPlaces(traced, of: key, found: search, environment)
    }

    private func refuseForeignCode(of pipeline: Pipeline, in schema: String) async throws {
        var place = pipeline
        place.schema = schema
        let there = place
        try await client.transaction { connection in
            try await ForeignCode(pipeline: there, connection: connection).refuse()
        }
    }

    /// Loads that told several rows are asked once.
    private func withPlaces(
        _ rows: [TracedRow],
        of key: [String],
        found search: TraceSearch,
        _ environment: SourceEnvironment
    ) async throws -> [TracedRow] {
        var known: [String: TracedRow.Origin] = [:]
        var rows = rows
        for index in rows.indices {
            guard let origin = rows[index].origin else { continue }
            if known[origin.task] == nil {
                known[origin.task] = try await withPlaces(
                    origin,
                    of: key,
                    found: search,
                    environment: environment
                )
            }
            rows[index].origin = known[origin.task]
        }
        return rows
    }

    /// The row with the load that told it: a version's row is also written by who ends it.
    private func teller(
        of row: TracedRow,
        in table: TracedTable,
        _ dimension: Dimension?,
        key: [String]
    ) async throws -> TracedRow {
        guard let dimension, dimension.isVersioned, !row.isInferred,
            let start = row.value(of: "valid_from")
        else { return row }
        let conditions = zip(dimension.keyAttributes, key)
            .map { attribute, value in
                """
                \(id: attribute.name) = \(value)::text::\(raw: attribute.plan.type.postgresName)
                """ as SQL
            }
        let sql: SQL = """
            select \(id: Dimension.toldBy) as load
            from \(id: table.schema, dimension.observationTable)
            where _observed_at <= \(start)::text::timestamptz
                and \(conditions.joined(separator: " and "))
            order by _observed_at desc limit 1
            """
        let rows: PostgresResult
        do {
            rows = try await client.query(sql)
        } catch let error as PostgresError where error.sqlState == .undefinedColumn {
            // Observations of an older Longshore, which no load has touched since.
            return row
        }
        guard let load = try rows.first?.optionalInteger("load", as: Int64.self), load != row.load
        else { return row }
        var told = row
        (told.load, told.writtenBy) = (load, row.load)
        return told
    }

    private func found(
        _ search: TraceSearch,
        key: [String]
    ) async throws -> [TracedRow] {
        do {
            let result = try await client.query(search.sql(of: key))
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
            throw InquiryError.untraceable(
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
            periodStart: row.value(of: Fact.loadPeriod) ?? row.value(of: "period")
        )
        return traced
    }

    /// The task of a load that wrote a table, or the period of it that begins on a day.
    func origin(
        load: Int64,
        _ table: TracedTable,
        periodStart: String?
    ) async throws -> TracedRow.Origin? {
        let rows = try await client.query(
            """
            select t.load_id || '.' || t.ordinal as task, t.period, t.input, t.worker,
                t.failures + t.crashes + 1 as attempt,
                \(isoTime("t.committed_at")) as committed_at,
                l.definition, l.pipeline, l.requested_by
            from longshore.task t join longshore.load l on l.id = t.load_id
            left join longshore.control c using (schema_name, table_name, period)
            where t.load_id = \(load) and t.schema_name = \(table.schema)
                and t.table_name = \(table.name) and t.state = \(TaskState.done)
                and (\(periodStart)::date is null or c.period_start = \(periodStart)::date)
            """
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
        let rows = try await client.query(
            """
            select distinct schema_name, table_name, name, pipeline from longshore.control
            where \(name) in (table_name, schema_name || '.' || table_name)
                and kind in (\(LoadTaskKind.allCases.filter(\.hasTable)))
            order by schema_name
            """
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
            throw InquiryError.unknownTable(name)
        }
        guard tables.count == 1 else {
            let titles = tables.map(\.title).inBackticks()
            throw InquiryError.untraceable(name, "it may be \(titles): write the schema too")
        }
        return table
    }
}

extension LedgerDesks {
    /// Where rows came from.
    public var traces: TraceDesk { TraceDesk(client: client) }
}
