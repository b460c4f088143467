public import Postgres

/// What tables hold, in a few numbers that do not depend on order, loads or surrogate keys.
public enum Checksums {
    /// Count and checksum of every table of a schema, without the columns that tell which load wrote a
    /// row, and without surrogate keys.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - ask: Asks the warehouse; gives each row's columns joined with `|`.
    /// - Returns: count and checksum, as text, by table.
    public static func tables(
        of schema: String,
        _ ask: (_ sql: SQL) async throws -> [String]
    ) async rethrows -> [String: String] {
        var sums: [String: String] = [:]
        for (table, columns) in try await columns(of: schema, ask) {
            sums[table] =
                try await ask(
                    """
                    select count(*), coalesce(sum(hashtextextended(row(\(raw: columns))::text, 0)::numeric), 0)
                    from \(id: schema, table)
                    """
                )
                .first
        }
        return sums
    }

    /// The rows of the small tables of a schema, as text, by table: what differs can be shown.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - most: How many rows a small table has at most.
    ///   - ask: As ``tables(of:_:)`` takes it.
    /// - Returns: the rows of each.
    static func rows(
        of schema: String,
        atMost most: Int = 2_000,
        _ ask: (_ sql: SQL) async throws -> [String]
    ) async rethrows -> [String: Set<String>] {
        var rows: [String: Set<String>] = [:]
        for (table, columns) in try await columns(of: schema, ask) {
            let found = try await ask(
                "select row(\(raw: columns))::text from \(id: schema, table) limit \(most + 1)"
            )
            if found.count <= most { rows[table] = Set(found) }
        }
        return rows
    }

    /// The columns of each table that do not depend on loads, joined for a query.
    private static func columns(
        of schema: String,
        _ ask: (_ sql: SQL) async throws -> [String]
    ) async rethrows -> [(table: String, columns: String)] {
        let lines = try await ask(
            """
            select c.table_name, string_agg(quote_ident(c.column_name), ',' order by c.column_name)
            from information_schema.columns c
            join pg_class p on p.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
            where c.table_schema = \(schema) and not p.relispartition
                and c.column_name <> 'load_id' and c.column_name not like '%\\_key'
            group by c.table_name
            """
        )
        return lines.map { line in
            let parts = line.split(separator: "|").map(String.init)
            return (parts[0], parts[1])
        }
    }

    /// Asks for count and checksum of the example's calls by the business keys that their surrogate keys
    /// mean.
    public static let meaningOfCalls: SQL = """
        select count(*), sum(hashtextextended(row(c.period, c.call_id, c.started_at, c.duration_s,
            c.promise_amount, a.agent_id, a.level, t.name, k.client_id, k.segment, m.campaign_code,
            o.outcome_code, d.date)::text, 0)::numeric)
        from callcenter.fact_call c
        join callcenter.dim_agent a using (agent_key)
        join callcenter.dim_team t on t.team_key = a.team_key
        join callcenter.dim_client k using (client_key)
        join callcenter.dim_campaign m using (campaign_key)
        join callcenter.dim_outcome o using (outcome_key)
        join callcenter.dim_date d on d.date_key = c.day_key
        """
}
