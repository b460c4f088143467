package import Planning
package import Postgres
import Schedules

/// The firings of schedules: each time that one came true, and what came of it.
///
/// Nothing else writes `longshore.firing`.
package struct FiringTable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// For how many days ended firings are kept.
    static let days = 100

    /// Whether the firing `g` has brought all that it was to bring; `l` is its load, or the one that it was left to.
    static let isGood: SQL = """
        g.is_complete and (g.state = \(FiringState.nothingDue)
            or l.state in (\(LoadState.loaded), \(LoadState.superseded)))
        """

    private static func isHeld(by lease: FiringLease) -> SQL {
        "id = \(lease.firing) and epoch = \(lease.epoch) and state = \(FiringState.open)"
    }

    private static func end(of time: Duration) -> SQL {
        "clock_timestamp() + \(time / .seconds(1)) * interval '1 second'"
    }

    /// Writes down firings whose time has come, each once, and forgets old ones.
    func insert(
        _ firings: [ScheduleClock.Firing],
        of pipeline: String,
        by coordinator: String
    ) async throws {
        for firing in firings {
            let state: FiringState = firing.isMissed ? .missed : .open
            try await connection.query(
                """
                insert into longshore.firing (pipeline, planned_at, deadline_at, state, coordinator)
                values (\(pipeline), \(ScheduleTable.instant(firing.planned)),
                    \(ScheduleTable.instant(firing.deadline)), \(state), \(coordinator))
                on conflict (pipeline, planned_at) do nothing
                """
            )
        }
        try await connection.query(
            """
            delete from longshore.firing where pipeline = \(pipeline) and state <> \(FiringState.open)
                and planned_at < clock_timestamp() - \(Self.days) * interval '1 day'
            """
        )
    }

    /// Writes down that a person has a schedule fired.
    ///
    /// - Returns: the firing's number.
    func insert(of pipeline: String, by person: String) async throws -> Int64 {
        let rows = try await connection.query(
            """
            insert into longshore.firing (pipeline, planned_at, requested_by)
            values (\(pipeline), clock_timestamp(), \(person)) returning id
            """
        )
        guard let row = rows.first else { throw LedgerError.unknownSchedule(pipeline) }
        return try row.integer("id", as: Int64.self)
    }

    /// Takes the oldest open firing of a schedule of the fleet that nobody holds; what a person has fired waits for
    /// no other one, and for no pause.
    func take(
        by coordinator: String,
        fleet: String,
        for duration: Duration
    ) async throws -> OpenFiring? {
        let rows = try await connection.query(
            """
            with taken as (
                select f.id from longshore.firing f
                join longshore.schedule s on s.pipeline = f.pipeline
                where f.state = \(FiringState.open) and s.fleet = \(fleet)
                    and (f.lease_until is null or f.lease_until < clock_timestamp())
                    and (f.requested_by is not null or s.paused_at is null and not exists (
                        select from longshore.firing e
                        where e.pipeline = f.pipeline and e.state = \(FiringState.open)
                            and e.planned_at < f.planned_at))
                order by f.planned_at, f.id limit 1 for update of f skip locked
            )
            update longshore.firing f set epoch = f.epoch + 1, coordinator = \(coordinator),
                lease_until = \(Self.end(of: duration))
            from taken t, longshore.schedule s where f.id = t.id and s.pipeline = f.pipeline
            returning f.id, f.epoch, f.pipeline, s.periods, s.overlap,
                \(ScheduleTable.seconds("f.planned_at")) as planned
            """
        )
        return try rows.first.map { row in
            OpenFiring(
                lease: FiringLease(
                    firing: try row.integer("id", as: Int64.self),
                    epoch: try row.integer("epoch", as: Int64.self)
                ),
                pipeline: try row.text("pipeline"),
                planned: try row.integer("planned"),
                periods: ScheduledPeriods(try row.text("periods")) ?? .due,
                overlap: try row.word("overlap")
            )
        }
    }

    /// Has the lease hold for so long from now on.
    ///
    /// - Returns: `false` when somebody else took over.
    func extend(_ lease: FiringLease, by duration: Duration) async throws -> Bool {
        try await update("lease_until = \(Self.end(of: duration))", of: lease)
    }

    /// Locks the firing until the transaction ends.
    ///
    /// - Throws: ``FiringTaken`` when somebody else took over.
    package func lock(_ lease: FiringLease) async throws {
        let rows = try await connection.query(
            "select from longshore.firing where \(Self.isHeld(by: lease)) for update"
        )
        guard !rows.isEmpty else { throw FiringTaken(firing: lease.firing) }
    }

    /// Writes that a firing has its load.
    ///
    /// - Throws: ``FiringTaken`` when somebody else took over.
    package func end(_ lease: FiringLease, with load: Int64, awaited: String?) async throws {
        let isMine = try await end(lease, as: .loaded, load: load, reason: awaited)
        guard isMine else { throw FiringTaken(firing: lease.firing) }
    }

    /// Writes what came of a firing without a load of its own.
    ///
    /// - Returns: `false` when somebody else took over.
    func end(_ lease: FiringLease, as end: FiringEnd) async throws -> Bool {
        try await self.end(lease, as: end.state, load: end.load, reason: end.reason)
    }

    private func end(
        _ lease: FiringLease,
        as state: FiringState,
        load: Int64?,
        reason: String?
    ) async throws -> Bool {
        let isComplete: SQL =
            state == .skipped
            ? Self.isOfItsDeadline(load) : "\(state != .refused && reason == nil)"
        return try await update(
            """
            state = \(state), load_id = \(load)::bigint, reason = \(reason),
            is_complete = \(isComplete),
            fired_at = clock_timestamp(), lease_until = null
            """,
            of: lease
        )
    }

    /// Whether a complete firing of the same deadline has made a load: of any other load nobody knows whether it has what
    /// was due.
    private static func isOfItsDeadline(_ load: Int64?) -> SQL {
        """
        exists (select from longshore.firing h where h.load_id = \(load)::bigint
            and h.deadline_at = firing.deadline_at and h.state = \(FiringState.loaded) and h.is_complete)
        """
    }

    /// Writes that the open firings of a pipeline are not fired any more.
    func refuseOpen(of pipeline: String, because reason: String) async throws {
        try await connection.query(
            """
            update longshore.firing set state = \(FiringState.refused), reason = \(reason),
                epoch = epoch + 1, fired_at = clock_timestamp(), lease_until = null
            where pipeline = \(pipeline) and state = \(FiringState.open)
            """
        )
    }

    /// Gives a pipeline's firings to its new name; of two that were planned for one time the new name's stays.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            """
            delete from longshore.firing f where f.pipeline = \(old) and exists (
                select from longshore.firing n
                where n.pipeline = \(new) and n.planned_at = f.planned_at)
            """
        )
        try await connection.query(
            "update longshore.firing set pipeline = \(new) where pipeline = \(old)"
        )
    }

    private func update(_ assignments: SQL, of lease: FiringLease) async throws -> Bool {
        try await connection
            .query("update longshore.firing set \(assignments) where \(Self.isHeld(by: lease))")
            .affectedRows == 1
    }
}
