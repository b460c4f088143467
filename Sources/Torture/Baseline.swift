import Postgres

/// What an undisturbed load leaves: what every other load is compared with.
struct Baseline: Sendable, Hashable {
    /// Count and order-independent checksum of each table.
    var tables: [String: String]
    /// The rows of small tables, by table.
    var rows: [String: Set<String>]
    /// Count and checksum of the facts, by the business keys that their surrogate keys mean.
    var meaning: String
    /// Rows of the fact in each period.
    var periods: [String: Int]
    /// The relations of the warehouse's schema, so that nothing is left behind.
    var relations: [String]

    /// Looks at what is in a case's warehouse.
    static func read(_ arena: Arena) async throws -> Baseline {
        Baseline(
            tables: try await Checksums.tables(of: "callcenter", arena.ask),
            rows: try await Checksums.rows(of: "callcenter", arena.ask),
            meaning: try await arena.ask(Checksums.meaningOfCalls).first ?? "",
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
}
