import Pipelines
package import Planning
package import Postgres

/// All loads: what was asked for, where each of them stands, and who coordinates it.
///
/// Nothing else writes `longshore.load`. Which rows a verb is about may be a condition of its caller, in which
/// `l` is the table; what becomes of a row is said here.
package struct LoadTable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    // MARK: Conditions

    /// The condition that nobody holds the lease of the load `l`.
    static let isFree: SQL = "(l.lease_until is null or l.lease_until < clock_timestamp())"

    /// The condition that somebody holds the lease of the load `l`.
    static let isHeld: SQL = "l.lease_until > clock_timestamp()"

    /// The coordinator of the load `l`, or who lets it rest; null when nobody looks after it.
    static let liveCoordinator: SQL = """
        case when greatest(l.lease_until, l.rests_until) > clock_timestamp() then l.coordinator end
        """

    /// The condition that the load `l` is of a fleet, or of none, as older versions have written them.
    static func isOf(_ fleet: String) -> SQL { "coalesce(l.fleet, \(fleet)) = \(fleet)" }

    private static func isHeld(by lease: LoadLease) -> SQL {
        "l.id = \(lease.load) and l.epoch = \(lease.epoch)"
    }

    private static func end(of lease: Duration) -> SQL {
        "clock_timestamp() + \(lease / .seconds(1)) * interval '1 second'"
    }

    /// A load that nobody looks after.
    private static let unattended: SQL = "lease_until = null, rests_until = null"

    // MARK: Requests

    /// Writes a load as it is asked for.
    ///
    /// - Returns: its number.
    package func insert(
        _ request: LoadRequest,
        as kind: LoadKind,
        fleet: String?
    ) async throws -> Int64 {
        let rows = try await connection.query(
            """
            insert into longshore.load
                (pipeline, definition, folder, grain, periods, requested_by, kind, fleet, coordinator,
                    refresh)
            values (\(request.pipeline.name), \(request.definition.digest), \(request.folder),
                \(request.pipeline.periods?.grain.rawValue), \(request.periods.map(\.label)),
                \(request.requestedBy), \(kind), \(fleet), \(request.coordinator),
                \(request.refreshes))
            returning id
            """
        )
        guard let row = rows.first else { throw UnknownLoad(0) }
        return try row.integer("id", as: Int64.self)
    }

    /// Gives the lease of a load that nobody has seen yet to who is to coordinate it, for as long as it takes to begin.
    package func lend(_ load: Int64) async throws {
        try await update(
            "lease_until = \(Self.end(of: .seconds(30)))",
            where: "l.id = \(load) and l.coordinator is not null"
        )
    }

    /// The oldest load of a pipeline that runs; replays do not count.
    package func running(ofPipeline pipeline: String) async throws -> Int64? {
        let rows = try await connection.query(
            """
            select id from longshore.load where pipeline = \(pipeline)
                and state = \(LoadState.running) and kind = \(LoadKind.load) order by id limit 1
            """
        )
        return try rows.first.map { try $0.integer("id", as: Int64.self) }
    }

    /// Gives the loads of a pipeline to its new name.
    ///
    /// - Returns: how many they were.
    func give(ofPipeline old: String, toPipeline new: String) async throws -> Int {
        try await update("pipeline = \(new)", where: "l.pipeline = \(old)").affectedRows
    }

    // MARK: Leases

    /// Takes the lease of a running load when nobody holds it; the epoch grows with every take-over.
    ///
    /// A load of no fleet belongs to the fleet of who takes it first.
    ///
    /// - Returns: the lease; `nil` where it is not for `owner`, or `condition` does not hold.
    func acquireLease(
        on load: Int64,
        owner: String,
        fleet: String,
        for duration: Duration,
        where condition: SQL
    ) async throws -> LoadLease? {
        let rows = try await update(
            """
            epoch = epoch + 1, coordinator = \(owner), fleet = coalesce(fleet, \(fleet)),
            rests_until = null, lease_until = \(Self.end(of: duration))
            """,
            where: """
                l.id = \(load) and l.state = \(LoadState.running) and \(Self.isOf(fleet))
                    and (\(Self.isFree) or l.coordinator = \(owner)) and \(condition)
                """
        )
        return try rows.first.map { row in
            LoadLease(load: load, epoch: try row.integer("epoch", as: Int64.self))
        }
    }

    /// Extends a lease unless another coordinator has taken over.
    ///
    /// - Returns: whether it is extended.
    func renew(_ lease: LoadLease, for duration: Duration) async throws -> Bool {
        try await update("lease_until = \(Self.end(of: duration))", where: Self.isHeld(by: lease))
            .affectedRows == 1
    }

    /// Ends a lease now.
    func release(_ lease: LoadLease) async throws {
        try await update("lease_until = null", where: Self.isHeld(by: lease))
    }

    /// Ends a lease, and the load rests.
    func rest(_ lease: LoadLease, for duration: Duration) async throws {
        try await update(
            "lease_until = null, rests_until = \(Self.end(of: duration))",
            where: "\(Self.isHeld(by: lease)) and l.state = \(LoadState.running)"
        )
    }

    /// Ends the rest of running loads.
    func wake(_ rows: SQL) async throws {
        try await update(
            "rests_until = null",
            where: "\(rows) and l.state = \(LoadState.running) and l.rests_until is not null"
        )
    }

    // MARK: Ends

    /// Writes a load's end.
    func end(_ load: Int64, as state: LoadState) async throws {
        try await update(
            "state = \(state), finished_at = clock_timestamp(), \(Self.unattended)",
            where: "l.id = \(load)"
        )
    }

    /// Writes the end of a load of which no task is open, by its tasks; its coordinator has it no more.
    func endByTasks(_ load: Int64) async throws {
        let has = { (states: [TaskState]) -> SQL in
            """
            exists (select from longshore.task where load_id = \(load) and state in (\(states)))
            """
        }
        try await update(
            """
            finished_at = clock_timestamp(), epoch = epoch + 1, \(Self.unattended),
            state = case when \(has([.failed, .blocked])) then \(LoadState.failed)
                when \(has([.cancelled])) then \(LoadState.cancelled)
                when \(has([.superseded])) then \(LoadState.superseded)
                else \(LoadState.loaded) end
            """,
            where: "l.id = \(load)"
        )
    }

    /// Lets a load run again, and takes it from whoever coordinates it.
    func reopen(_ load: Int64) async throws {
        try await update(
            """
            state = \(LoadState.running), finished_at = null, epoch = epoch + 1, coordinator = null,
            \(Self.unattended)
            """,
            where: "l.id = \(load)"
        )
    }

    // MARK: Forgetting

    /// The condition that the load `l` ended more than so many days ago.
    static func hasEnded(beforeDays days: Int) -> SQL {
        """
        l.state <> \(LoadState.running)
        and l.finished_at < clock_timestamp() - \(days) * interval '1 day'
        """
    }

    /// Deletes a load with its tasks, unless somebody has it run again.
    ///
    /// - Returns: whether it was there, and ended so long ago.
    func forget(_ load: Int64, endedBeforeDays days: Int) async throws -> Bool {
        try await connection
            .query(
                "delete from longshore.load l where l.id = \(load) and \(Self.hasEnded(beforeDays: days))"
            )
            .affectedRows > 0
    }

    @discardableResult
    private func update(_ assignments: SQL, where rows: SQL) async throws -> PostgresResult {
        try await connection.query(
            "update longshore.load l set \(assignments) where \(rows) returning l.epoch"
        )
    }
}
