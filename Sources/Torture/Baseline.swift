/// What an undisturbed load leaves: what every other load is compared with.
struct Baseline: Sendable, Hashable {
    /// Count and order-independent checksum of each table.
    var tables: [String: String]
    /// Count and checksum of the facts, by the business keys that their surrogate keys mean.
    var meaning: String
    /// Rows of the fact in each period.
    var periods: [String: Int]
    /// The relations of the warehouse's schema, so that nothing is left behind.
    var relations: [String]

    /// Looks at what is in a case's warehouse.
    static func read(_ arena: Arena) async throws -> Baseline {
        Baseline(
            tables: try await checksums(arena),
            meaning: try await arena.ask(meaningOfCalls).first ?? "",
            periods: try await rowsByPeriod(arena),
            relations: try await arena.ask(
                """
                select relname from pg_class
                where relnamespace = 'callcenter'::regnamespace and relkind in ('r', 'p', 'v', 'S')
                order by relname
                """
            )
        )
    }

    /// Rows of the fact by period, as a reader sees them now.
    static func rowsByPeriod(_ arena: Arena) async throws -> [String: Int] {
        let rows = try await arena.ask(
            "select period, count(*) from callcenter.fact_call group by period"
        )
        var counts: [String: Int] = [:]
        for row in rows {
            let parts = row.split(separator: "|")
            if parts.count == 2 { counts[String(parts[0])] = Int(parts[1]) }
        }
        return counts
    }

    /// Columns that tell which load wrote a row, and surrogate keys, differ from load to load.
    private static func checksums(_ arena: Arena) async throws -> [String: String] {
        let columns = try await arena.ask(
            """
            select c.table_name, string_agg(quote_ident(c.column_name), ',' order by c.column_name)
            from information_schema.columns c
            join pg_class p on p.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
            where c.table_schema = 'callcenter' and not p.relispartition
                and c.column_name <> 'load_id' and c.column_name not like '%\\_key'
            group by c.table_name
            """
        )
        var sums: [String: String] = [:]
        for line in columns {
            let parts = line.split(separator: "|").map(String.init)
            sums[parts[0]] =
                try await arena.ask(
                    """
                    select count(*), coalesce(sum(hashtextextended(row(\(parts[1]))::text, 0)::numeric), 0)
                    from callcenter.\(parts[0])
                    """
                )
                .first
        }
        return sums
    }

    private static let meaningOfCalls = """
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
