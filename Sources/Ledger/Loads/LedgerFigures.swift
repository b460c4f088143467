import Postgres

/// What monitoring asks of the ledger.
public struct LedgerFigures: Sendable, Hashable {
    /// A number about something, or about the part of it that is in some state.
    public struct Figure: Sendable, Hashable {
        /// A pipeline, or a table with its schema.
        public var subject: String
        /// `done`, `stale` …; empty where there is but one number.
        public var state: String
        /// How many; of ``LedgerFigures/lastLoaded`` seconds since 1970.
        public var value: Double
    }

    /// Loads of each pipeline, by state.
    public var loads: [Figure]
    /// Load tasks of each pipeline's running loads, by state.
    public var tasks: [Figure]
    /// Periods of each fact, by state.
    public var periods: [Figure]
    /// Open rejects of each table.
    public var openRejects: [Figure]
    /// When the last load of each pipeline ended well.
    public var lastLoaded: [Figure]
    /// The coordinators, and the loads that have a place, wait for one, or need none.
    public var places: CoordinatorPlaces
    /// The pools that running loads have tasks for, and the standard one.
    public var pools: [String]
}

extension PostgresLedger {
    /// What monitoring asks; it costs little however many loads there have been.
    public func figures() async throws -> LedgerFigures {
        LedgerFigures(
            loads: try await figures(
                "select pipeline, state, count(*) from longshore.load group by 1, 2"
            ),
            tasks: try await figures(
                """
                select l.pipeline, t.state, count(*)
                from longshore.load l join longshore.task t on t.load_id = l.id
                where l.state = 'running' group by 1, 2
                """
            ),
            periods: try await figures(
                """
                select schema_name || '.' || table_name, state, count(*) from longshore.control
                where kind = 'fact' group by 1, 2
                """
            ),
            openRejects: try await figures(
                """
                select schema_name || '.' || table_name, '', count(*) from longshore.reject
                where state = 'open' group by 1
                """
            ),
            lastLoaded: try await figures(
                """
                select pipeline, '', extract(epoch from max(finished_at)) from longshore.load
                where state = 'loaded' and kind = 'load' group by 1
                """
            ),
            places: try await places(),
            pools: try await query(
                """
                select pool from longshore.load l join longshore.task t on t.load_id = l.id
                where l.state = 'running' union select 'default' order by 1
                """
            )
            .map { try $0.text("pool") }
        )
    }

    private func figures(_ sql: SQL) async throws -> [LedgerFigures.Figure] {
        let rows = try await query(
            "select subject, state, value::float8 from (\(sql)) t (subject, state, value) order by 1, 2"
        )
        return try rows.map {
            LedgerFigures.Figure(
                subject: try $0.text("subject"),
                state: try $0.text("state"),
                value: try $0.double("value")
            )
        }
    }
}
