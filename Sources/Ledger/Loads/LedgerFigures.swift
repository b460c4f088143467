public import Planning
import Postgres

/// What monitoring asks of the ledger.
public struct LedgerFigures: Sendable, Hashable {
    /// How much of something is in some state.
    public struct Share<State: Sendable & Hashable>: Sendable, Hashable {
        /// A pipeline, or a table with its schema.
        public var subject: String
        /// The state.
        public var state: State
        /// How many are in it.
        public var value: Double
    }

    /// A number about something.
    public struct Figure: Sendable, Hashable {
        /// A pipeline, or a table with its schema.
        public var subject: String
        /// How many; of ``LedgerFigures/lastLoaded`` seconds since 1970.
        public var value: Double
    }

    /// How a pool's tasks stand that are published and due.
    public struct PoolStanding: Sendable, Hashable {
        /// The pool.
        public var pool: String
        /// How many no worker has begun.
        public var waiting: Double
        /// How many a worker has begun, and is not known to have ended: it may have died since.
        public var running: Double
        /// For how many seconds the oldest that no worker has begun has been due; zero when there is none.
        public var oldest: Double
    }

    /// How old a table's newest load is.
    public struct Age: Sendable, Hashable {
        /// The pipeline.
        public var pipeline: String
        /// The table with its schema.
        public var table: String
        /// Seconds since it was loaded.
        public var seconds: Double
    }

    /// Loads of each pipeline, by state; zero for states that none is in.
    public var loads: [Share<LoadState>]
    /// Load tasks of each pipeline's running loads, by state.
    public var tasks: [Share<TaskState>]
    /// Periods of each fact, by state; zero for states that none is in.
    public var periods: [Share<PeriodState>]
    /// Open rejects of each table; zero where there is none.
    public var openRejects: [Figure]
    /// When the last load of each pipeline ended well.
    public var lastLoaded: [Figure]
    /// The coordinators, and the loads that have a place, wait for one, or need none.
    public var places: CoordinatorPlaces
    /// The pools that running loads have tasks for, and the standard one.
    public var pools: [String]
    /// How many firings of each schedule are overdue.
    public var overdueFirings: [Figure] = []
    /// When each schedule that is not paused is fired next, in seconds since 1970.
    public var nextFirings: [Figure] = []
    /// The pools of running loads.
    public var waiting: [PoolStanding] = []
    /// When tables were loaded last.
    public var ages: [Age] = []
    /// How many rows of each export are still to be delivered.
    public var pendingEffects: [Figure] = []
    /// How many rows of each export are not delivered any more, because the target has refused them.
    public var deadEffects: [Figure] = []
    /// Of each pipeline, 1 where the newest load that has ended by itself has failed, and else 0.
    public var newestFailed: [Figure] = []
    /// How many tables of each pipeline no load has ever loaded.
    public var neverLoaded: [Figure] = []

    /// What is told before there is a ledger: that there is nothing.
    public static let nothing = LedgerFigures(
        loads: [],
        tasks: [],
        periods: [],
        openRejects: [],
        lastLoaded: [],
        places: CoordinatorPlaces(coordinators: [], held: 0, waiting: 0, resting: 0),
        pools: ["default"]
    )
}

extension FleetDesk {
    /// What monitoring asks; it costs little however many loads there have been.
    public func figures() async throws -> LedgerFigures {
        LedgerFigures(
            loads: try await shares(
                "select pipeline, state, count(*) from longshore.load group by 1, 2"
            )
            .inEveryState(),
            tasks: try await shares(
                """
                select l.pipeline, t.state, count(*)
                from longshore.load l join longshore.task t on t.load_id = l.id
                where l.state = \(LoadState.running) group by 1, 2
                """
            ),
            periods: try await shares(
                """
                select schema_name || '.' || table_name, state, count(*) from longshore.control
                where kind = \(LoadTaskKind.fact) group by 1, 2
                """
            )
            .inEveryState(),
            openRejects: try await figures(
                """
                select coalesce(c.subject, r.subject), coalesce(r.value, 0)
                from (select distinct schema_name || '.' || table_name from longshore.control
                    where kind in (\(LoadTaskKind.dimension), \(LoadTaskKind.fact))) c (subject)
                full join (select schema_name || '.' || table_name, count(*) from longshore.reject
                    where state = \(RejectState.open) group by 1) r (subject, value) using (subject)
                """
            ),
            lastLoaded: try await figures(
                """
                select pipeline, extract(epoch from max(finished_at)) from longshore.load
                where state = \(LoadState.loaded) and kind = \(LoadKind.load) group by 1
                """
            ),
            places: try await places(),
            pools: try await pools(),
            overdueFirings: try await figures(
                """
                select s.pipeline, count(o.pipeline) from longshore.schedule s
                left join (\(OverdueFiring.sql)) o on o.pipeline = s.pipeline group by 1
                """
            ),
            nextFirings: try await figures(
                """
                select pipeline, extract(epoch from next_at) from longshore.schedule
                where paused_at is null and next_at is not null
                """
            ),
            waiting: try await waiting(),
            ages: try await ages(),
            pendingEffects: try await effects(in: .open),
            deadEffects: try await effects(in: .dead),
            newestFailed: try await figures(Self.newestFailed),
            neverLoaded: try await figures(Self.neverLoaded)
        )
    }

    private static let newestFailed: SQL = """
        select distinct on (pipeline) pipeline, (state = \(LoadState.failed))::int from longshore.load
        where kind = \(LoadKind.load) and state in (\(LoadState.loaded), \(LoadState.failed))
        order by pipeline, id desc
        """

    private static let neverLoaded: SQL = """
        select pipeline, count(*) filter (where loaded_at is null)
        from (select pipeline, max(loaded_at) from longshore.control
            group by pipeline, schema_name, table_name) t (pipeline, loaded_at) group by 1
        """

    /// The pools that running loads have tasks for, and the standard one.
    public func pools() async throws -> [String] {
        try await client.query(
            """
            select pool from longshore.load l join longshore.task t on t.load_id = l.id
            where l.state = \(LoadState.running) union select 'default' order by 1
            """
        )
        .map { try $0.text("pool") }
    }

    /// The pools of running loads.
    ///
    /// A task is due from when it was published, or from its next attempt on; one that a person has paused is not.
    public func waiting() async throws -> [LedgerFigures.PoolStanding] {
        try await client.query(
            """
            select pool, count(*) filter (where begun_at is null and not is_paused)::float8 as waiting,
                count(begun_at)::float8 as running,
                coalesce(max(extract(epoch from clock_timestamp() - greatest(published_at, retry_at)))
                    filter (where begun_at is null and not is_paused), 0)::float8 as oldest
            from longshore.load l join longshore.task t on t.load_id = l.id
            cross join lateral (select exists (select from longshore.intervention i
                where \(InterventionTable.pauses) and coalesce(i.ordinal, t.ordinal) = t.ordinal)) p (is_paused)
            where l.state = \(LoadState.running) and t.state = \(TaskState.published)
                and coalesce(retry_at, '-infinity') <= clock_timestamp()
            group by pool order by pool
            """
        )
        .map {
            LedgerFigures.PoolStanding(
                pool: try $0.text("pool"),
                waiting: try $0.double("waiting"),
                running: try $0.double("running"),
                oldest: try $0.double("oldest")
            )
        }
    }

    /// Effects of each export that a load has computed; none where all are in other states.
    private func effects(in state: EffectState) async throws -> [LedgerFigures.Figure] {
        try await figures(
            """
            select schema_name || '.' || name, (select count(*) from longshore.effect e
                where e.schema_name = c.schema_name and e.export = c.name and e.state = \(state))
            from (select distinct schema_name, name from longshore.control where kind = \(LoadTaskKind.export)) c
            """
        )
    }

    private func ages() async throws -> [LedgerFigures.Age] {
        try await client.query(
            """
            select pipeline, schema_name || '.' || table_name as subject,
                extract(epoch from clock_timestamp() - max(loaded_at))::float8 as seconds
            from longshore.control where loaded_at is not null group by 1, 2 order by 1, 2
            """
        )
        .map {
            LedgerFigures.Age(
                pipeline: try $0.text("pipeline"),
                table: try $0.text("subject"),
                seconds: try $0.double("seconds")
            )
        }
    }

    private func shares<State: LedgerWord>(
        _ sql: SQL
    ) async throws -> [LedgerFigures.Share<State>] {
        let rows = try await client.query(
            "select subject, state, value::float8 from (\(sql)) t (subject, state, value) order by 1, 2"
        )
        return try rows.map {
            LedgerFigures.Share(
                subject: try $0.text("subject"),
                state: try $0.word("state"),
                value: try $0.double("value")
            )
        }
    }

    private func figures(_ sql: SQL) async throws -> [LedgerFigures.Figure] {
        let rows = try await client.query(
            "select subject, value::float8 from (\(sql)) t (subject, value) order by 1"
        )
        return try rows.map {
            LedgerFigures.Figure(subject: try $0.text("subject"), value: try $0.double("value"))
        }
    }
}

extension Array {
    /// The shares of each subject in every state, those of none among them, in the order of the states.
    fileprivate func inEveryState<State: CaseIterable & Hashable>() -> Self
    where Element == LedgerFigures.Share<State> {
        var shares: Self = []
        var rest = self[...]
        while let subject = rest.first?.subject {
            let own = rest.prefix { $0.subject == subject }
            rest = rest.dropFirst(own.count)
            shares += State.allCases.map { state in
                let value = own.first { $0.state == state }?.value ?? 0
                return Element(subject: subject, state: state, value: value)
            }
        }
        return shares
    }
}
