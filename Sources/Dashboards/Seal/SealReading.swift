import Ledger
import Pipelines
import Planning
import Postgres

/// Reads how tables stand, in the transaction in which their rows are read.
struct SealReading {
    let pipeline: Pipeline
    /// What is shown; `nil` for all of it.
    let span: PeriodSpan?
    /// The day that it is in the pipeline's zone.
    let today: Day
    let connection: PostgresConnection

    /// A table of the server.
    struct Relation: Sendable, Hashable {
        let schema: String
        let name: String
    }

    // MARK: Which tables

    /// The tables that the statement reads that Postgres has planned in a savepoint, in which nothing else has run.
    ///
    /// It locks each of them, also one of which it then sees that no row of it can be needed.
    func lockedTables() async throws -> [Relation] {
        let rows = try await connection.query(
            """
            select distinct n.nspname as schema, c.relname as name
            from \(Self.locked) and c.relkind in ('r', 'p', 'm', 'f')
            order by 1, 2
            """
        )
        return try rows.map {
            Relation(schema: try $0.text("schema"), name: try $0.text("name"))
        }
    }

    /// The first table of the server's or the ledger's own that the statement reads and that nobody but the role of
    /// readers may be shown, where this is not that role; `nil` when there is none.
    func privateTable() async throws -> String? {
        let rows = try await connection.query(
            """
            select c.oid::regclass::text as name from pg_locks l join pg_class c on c.oid = l.relation
            join pg_namespace n on n.oid = c.relnamespace
            where l.pid = pg_backend_pid() and l.locktype = 'relation' and c.relkind <> 'i'
                and current_user <> 'longshore_reader'
                and (n.nspname = 'longshore' and c.relname not in ('control', 'load', 'task')
                    or n.nspname = 'pg_catalog'
                        and c.relname in ('pg_authid', 'pg_statistic', 'pg_user_mapping', 'pg_subscription'))
            order by 1 limit 1
            """
        )
        return try rows.first?.text("name")
    }

    /// What this session has locked of people's, each partition as its table.
    private static let locked: SQL = """
        pg_locks l
        join pg_class locked on locked.oid = l.relation
        join pg_class c on c.oid = coalesce(pg_partition_root(locked.oid), locked.oid)
        join pg_namespace n on n.oid = c.relnamespace
        where l.pid = pg_backend_pid() and l.locktype = 'relation'
            and l.database = (select oid from pg_database where datname = current_database())
            and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'longshore')
        """

    /// A text that is another one as soon as anything has happened to the tables: a load, or a statement of somebody.
    func stamp(of tables: [Relation]) async throws -> String {
        let rows = try await connection.query(
            """
            with wanted as (\(Self.list(tables)))
            select md5(coalesce(string_agg(fact, ',' order by fact), '')) as stamp from (
                select concat_ws('|', c.schema_name, c.table_name, c.period, c.state, c.loaded_by, c.loaded_at,
                    c.revision_token)
                from longshore.control c join wanted w on (c.schema_name, c.table_name) = (w.schema, w.name)
                union all
                select concat_ws('|', p.oid, p.relfilenode, pg_stat_get_tuples_inserted(p.oid),
                    pg_stat_get_tuples_updated(p.oid), pg_stat_get_tuples_deleted(p.oid))
                from wanted w
                join pg_namespace n on n.nspname = w.schema
                join pg_class t on t.relnamespace = n.oid and t.relname = w.name
                cross join lateral (
                    select t.oid as id union select relid from pg_partition_tree(t.oid)
                ) part
                join pg_class p on p.oid = part.id
            ) known (fact)
            """
        )
        return try rows.first?.text("stamp") ?? ""
    }

    /// Whether the rows of a statement follow from its tables, its parameters and the day alone; in doubt they do not.
    ///
    /// They may follow from the time, from chance, from what the server or the ledger knows, or from what functions of people
    /// read: a name that is one of these is enough, wherever it stands. What stands in a view, or behind a foreign table, is
    /// not looked at.
    func isSteady(_ statement: SQL, _ tables: [Relation]) async throws -> Bool {
        let names = Set(
            statement.text.lowercased()
                .matches(of: #/[\p{L}_][\p{L}\p{N}_$]*/#.matchingSemantics(.unicodeScalar))
                .map { String($0.output) }
        )
        guard !tables.isEmpty, names.isDisjoint(with: Self.unsteady),
            !names.contains(where: { $0.utf8.starts(with: "pg_".utf8) })
        else { return false }
        let rows = try await connection.query(
            """
            select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname <> 'pg_catalog' and p.proname = any(\(names.sorted())::text[])
            union all
            select from \(Self.locked) and (c.relkind in ('v', 'f') or c.relrowsecurity)
            limit 1
            """
        )
        return rows.isEmpty
    }

    /// Names of what is another thing each time, or outside of the tables.
    private static let unsteady: Set<String> = [
        "now", "current_timestamp", "current_time", "localtime", "localtimestamp",
        "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "age",
        "random", "random_normal", "gen_random_uuid", "longshore", "information_schema",
        "current_setting", "txid_current", "query_to_xml", "table_to_xml", "nextval", "currval",
        "lastval", "tablesample",
    ]

    private static func list(_ tables: [Relation]) -> SQL {
        """
        select * from unnest(\(tables.map(\.schema))::text[], \(tables.map(\.name))::text[]) as w (schema, name)
        """
    }

    // MARK: How they stand

    /// What is shown of tables.
    func seal(of tables: [Relation]) async throws -> Seal {
        let rows = try await connection.query(
            """
            select w.schema, w.name, c.kind, c.period, c.period_start::text as start, c.period_end::text as end,
                c.state, c.reason, c.loaded_by, \(isoTime("c.loaded_at")) as loaded_at, c.rows_loaded,
                coalesce(c.rows_rejected, 0) as rejected, t.rows_read, t.rows_deduplicated
            from (\(Self.list(tables))) w
            left join longshore.control c on (c.schema_name, c.table_name) = (w.schema, w.name)
                and (c.period_start is null
                    or c.period_start < \(span?.end.description ?? "infinity")::date
                    and c.period_end > \(span?.start.description ?? "-infinity")::date)
            left join lateral (
                select rows_read, rows_deduplicated from longshore.task t
                where t.load_id = c.loaded_by and t.schema_name = c.schema_name
                    and t.table_name = c.table_name and t.period = c.period
                    and t.state = \(TaskState.done)
                order by rows_read desc nulls last limit 1
            ) t on true
            order by w.schema, w.name, c.period_start
            """
        )
        var found: [Seal.Table] = []
        for row in rows { try Self.add(row, to: &found) }
        for index in found.indices { try await complete(&found[index]) }
        return Seal(tables: found.sorted { Self.rank($0) < Self.rank($1) })
    }

    private static func rank(_ table: Seal.Table) -> (Int, String) {
        let kinds: [Seal.Table.Kind] = [.fact, .mart, .dimension, .other]
        return (kinds.firstIndex(of: table.kind) ?? 0, table.name)
    }

    private static func add(_ row: PostgresRow, to tables: inout [Seal.Table]) throws {
        let (schema, name) = (try row.text("schema"), try row.text("name"))
        if tables.last.map({ $0.schema != schema || $0.name != name }) ?? true {
            let kind = try row.optionalText("kind").flatMap(Seal.Table.Kind.init) ?? .other
            tables.append(Seal.Table(schema: schema, name: name, kind: kind, pieces: []))
        }
        guard let period = try row.optionalText("period") else { return }
        let load = try row.optionalInteger("loaded_by", as: Int64.self)
        let state: PeriodState = try row.word("state")
        tables[tables.count - 1].pieces
            .append(
                Seal.Piece(
                    period: period,
                    start: try row.optionalText("start"),
                    end: try row.optionalText("end"),
                    standing: load == nil
                        ? .missing : [.stale, .pending].contains(state) ? .stale : .loaded,
                    reason: try row.optionalText("reason"),
                    load: load,
                    loadedAt: try row.optionalText("loaded_at"),
                    read: try row.optionalInteger("rows_read"),
                    rows: try row.optionalInteger("rows_loaded"),
                    rejected: try row.integer("rejected"),
                    deduplicated: try row.optionalInteger("rows_deduplicated")
                )
            )
    }

    // MARK: What is missing

    /// Adds the periods that should be there, and looks whether those that are loaded have rows.
    private func complete(_ table: inout Seal.Table) async throws {
        guard table.kind == .fact || table.kind == .mart else { return }
        table.pieces.removeAll { $0.standing == .missing && !isOver($0.end) }
        addExpected(to: &table)
        try await markEmptied(&table)
    }

    /// Whether a period has ended: one that has not is not missing yet.
    private func isOver(_ end: String?) -> Bool {
        end.flatMap { Day($0) }.map { $0 <= today } ?? true
    }

    private func addExpected(to table: inout Seal.Table) {
        guard let span, let rule = pipeline.periods, isByPeriod(table) else { return }
        var period = max(rule.first, Period(rule.grain, containing: span.start))
        let known = Set(table.pieces.map(\.period))
        while period.start < span.end, period.end <= today,
            rule.last.map({ period <= $0 }) ?? true
        {
            if !known.contains(period.label) {
                table.pieces.append(
                    Seal.Piece(
                        period: period.label,
                        start: period.start.description,
                        end: period.end.description,
                        standing: .missing,
                        reason: "never loaded",
                        rejected: 0
                    )
                )
            }
            period = period.next
        }
        table.pieces.sort { ($0.start ?? "", $0.period) < ($1.start ?? "", $1.period) }
    }

    private func isByPeriod(_ table: Seal.Table) -> Bool {
        guard table.schema == pipeline.schema else { return table.isByPeriod }
        return pipeline.facts.contains { $0.table == table.name && $0.periodColumn != nil }
            || pipeline.marts.contains { $0.table == table.name && $0.isPerPeriod }
    }

    /// Rows that were loaded and are not there any more have been taken away by somebody.
    private func markEmptied(_ table: inout Seal.Table) async throws {
        let checked = table.pieces.indices.filter {
            table.pieces[$0].standing != .missing && (table.pieces[$0].rows ?? 0) > 0
        }
        guard !checked.isEmpty else { return }
        let starts = checked.map { table.pieces[$0].start }
        let relation: SQL = "\(id: table.schema, table.name)"
        let rows = try await connection.query(
            """
            select number from unnest(\(starts)::date[]) with ordinality as p (start, number)
            where case when p.start is null then not exists (select from \(relation))
                else not exists (select from \(relation) t where \(Self.period(starts)) = p.start) end
            """
        )
        for row in rows {
            let index = checked[try row.integer("number") - 1]
            table.pieces[index].standing = .missing
            table.pieces[index].reason = "its rows are gone"
        }
    }

    /// The column by which facts and marts are cut; a table that is loaded whole has none.
    private static func period(_ starts: [String?]) -> SQL {
        starts.contains { $0 != nil } ? "t.period" : "null::date"
    }
}
