import Pipelines
public import Planning
import Postgres

/// The ledger in Postgres, as a coordinator sees it.
///
/// Every method is one transaction on its client's connection.
public struct PostgresLedger: LoadLedger {
    let client: PostgresClient
    /// The fleet whose loads it is asked for.
    let fleet: String

    /// How often it was connected.
    public var generation: Int {
        get async { await client.generation }
    }

    // MARK: Loads

    /// The load as it was asked for.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read its definition any more.
    public func load(_ load: Int64) async throws -> LoadRecord? {
        try await client.withConnection { connection in
            let rows = try await connection.query(
                """
                select state, kind, array_to_string(periods, ',') as periods, grain
                from longshore.load where id = \(load)
                """
            )
            guard let row = rows.first,
                let definition = try await StoredDefinition.ofLoad(load, on: connection)
            else { return nil }
            let pipeline = try definition.pipeline()
            let grain = try row.optionalText("grain").flatMap(PeriodGrain.init)
            let labels = try row.text("periods").split(separator: ",").map(String.init)
            let periods =
                grain.map { grain in labels.compactMap { Period($0, grain: grain) } } ?? []
            let isReplay = try row.word("kind", as: LoadKind.self) == .replay
            return LoadRecord(
                id: load,
                pipeline: pipeline,
                periods: periods,
                state: try row.word("state"),
                chosenTasks: isReplay
                    ? try await Self.tasks(ofLoad: load, grain: grain, on: connection) : nil
            )
        }
    }

    private static func tasks(
        ofLoad load: Int64,
        grain: PeriodGrain?,
        on connection: PostgresConnection
    ) async throws -> Set<LoadTask> {
        let rows = try await connection.query(
            "select kind, name, period, pool from longshore.task where load_id = \(load)"
        )
        return try Set(
            rows.map { row in
                let label = try row.text("period")
                return LoadTask(
                    kind: try row.word("kind"),
                    name: try row.text("name"),
                    period: grain.flatMap { Period(label, grain: $0) },
                    pool: try row.text("pool")
                )
            }
        )
    }

    /// Where the load stands.
    public func state(ofLoad load: Int64) async throws -> LoadState? {
        let rows = try await client.query(
            "select state from longshore.load where id = \(load)"
        )
        return try rows.first.map { try $0.word("state") }
    }

    /// The running loads of the load's pipeline whose lease somebody has.
    public func loads(besideLoad load: Int64) async throws -> [Int64] {
        let rows = try await client.query(
            """
            select l.id from longshore.load l
            where l.pipeline = (select pipeline from longshore.load where id = \(load))
                and l.state = \(LoadState.running) and \(LoadTable.isHeld)
            order by l.id
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    // MARK: Leases

    /// Loads of the fleet, and of none, that are running, whose coordinator has not renewed its lease, and
    /// that do not rest.
    public func orphanedLoads() async throws -> [Int64] {
        let rows = try await client.query(
            """
            select l.id from longshore.load l
            where l.state = \(LoadState.running) and \(LoadTable.isFree)
                and (l.rests_until is null or l.rests_until < clock_timestamp())
                and \(LoadTable.isOf(fleet))
            order by l.rests_until nulls first, l.id
            """
        )
        try await refuseNewer()
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    /// Takes the lease when nobody else holds it; the epoch grows with every take-over.
    ///
    /// A load of no fleet, as older versions have written them, belongs to the fleet of who takes it first.
    public func acquireLease(
        on load: Int64,
        owner: String,
        for duration: Duration
    ) async throws -> LoadLease? {
        let lease = try await client.withConnection { connection in
            try await LoadTable(connection)
                .acquireLease(
                    on: load,
                    owner: owner,
                    fleet: fleet,
                    for: duration,
                    where: "\(LedgerSchema.versionSQL) <= \(LedgerSchema.known)"
                )
        }
        if let lease { return lease }
        try await refuseNewer()
        try await refuseForeign(load)
        return nil
    }

    /// - Throws: ``ForeignLoad`` when the load belongs to another fleet.
    private func refuseForeign(_ load: Int64) async throws {
        let rows = try await client.query(
            "select fleet from longshore.load where id = \(load) and fleet <> \(fleet)"
        )
        guard let other = try rows.first?.text("fleet") else { return }
        throw ForeignLoad(load: load, fleet: other, own: fleet)
    }

    /// - Throws: ``NewerLedger`` when a newer program has migrated the ledger since it was connected to.
    func refuseNewer() async throws {
        let rows = try await client.query("select \(LedgerSchema.versionSQL) as version")
        guard let row = rows.first else { return }
        try LedgerSchema.refuseNewer(row.integer("version"))
    }

    /// Extends the lease unless another coordinator has taken over.
    public func renew(_ lease: LoadLease, for duration: Duration) async throws -> Bool {
        let isMine = try await client.withConnection { connection in
            try await LoadTable(connection).renew(lease, for: duration)
        }
        try await refuseNewer()
        return isMine
    }

    /// Ends the lease now.
    public func release(_ lease: LoadLease) async throws {
        try await client.withConnection { try await LoadTable($0).release(lease) }
    }

    // MARK: Tasks

    /// The state of every task, by ordinal.
    public func states(ofLoad load: Int64) async throws -> [TaskState] {
        let rows = try await client.query(
            "select state from longshore.task where load_id = \(load) order by ordinal"
        )
        return try rows.map { try $0.word("state") }
    }

    /// The state of some tasks.
    public func states(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: TaskState] {
        let rows = try await client.query(
            """
            select ordinal, state from longshore.task
            where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
            """
        )
        var states: [Int: TaskState] = [:]
        for row in rows {
            states[try row.integer("ordinal")] = try row.word("state")
        }
        return states
    }

    /// Marks tasks as published; rows locked by an attempt are running and need no mark.
    public func markPublished(_ tasks: [Int], lease: LoadLease) async throws -> Bool {
        try await client.transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return false }
            try await TaskTable(connection).publish(tasks, ofLoad: lease.load)
            return true
        }
    }

    /// Tasks published long ago that nobody works on and that wait for no retry.
    public func idle(
        _ tasks: [Int],
        ofLoad load: Int64,
        since age: Duration
    ) async throws -> [Int] {
        let rows = try await client.query(
            """
            select ordinal from longshore.task
            where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
                and state = \(TaskState.published)
                and coalesce(greatest(published_at, retry_at), '-infinity')
                    < clock_timestamp() - \(age / .seconds(1)) * interval '1 second'
            for update skip locked
            """
        )
        return try rows.map { try $0.integer("ordinal") }.sorted()
    }

    /// Writes the load's end.
    public func finish(
        _ lease: LoadLease,
        state: LoadState,
        blocked: [Int]
    ) async throws -> Bool {
        try await client.transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return false }
            let rows: SQL = """
                load_id = \(lease.load) and ordinal = any(\(blocked.map(Int64.init))::integer[])
                    and state = \(TaskState.waiting)
                """
            try await TaskTable(connection).end(rows, as: .blocked)
            try await Self.end(lease.load, as: state, on: connection)
            return true
        }
    }

    /// Writes that the open tasks failed, and the load's end when none is open any more.
    public func fail(_ lease: LoadLease, with failure: TaskFailure) async throws -> LoadState? {
        try await client.transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return nil }
            try await TaskTable(connection).failOpen(ofLoad: lease.load, with: failure)
            let open = try await connection.query(
                """
                select from longshore.task
                where load_id = \(lease.load) and state in (\(TaskState.open)) limit 1
                """
            )
            guard open.isEmpty else { return .running }
            try await Self.end(lease.load, as: .failed, on: connection)
            return .failed
        }
    }

    private static func end(
        _ load: Int64,
        as state: LoadState,
        on connection: PostgresConnection
    ) async throws {
        try await LoadTable(connection).end(load, as: state)
        try await OvertakenLoads(load: load, connection: connection).end()
        if state == .loaded || state == .superseded {
            try await refuseOpen(load, on: connection)
        } else {
            try await OutdatedMarts(load: load, connection: connection).mark()
        }
    }

    /// A coordinator may have heard of commits that are no more.
    private static func refuseOpen(_ load: Int64, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select from longshore.task
            where load_id = \(load) and state not in (\(TaskState.satisfyingNeeds)) limit 1
            """
        )
        guard rows.isEmpty else { throw LedgerWentBack(load: load) }
    }

    /// Locks the load's row and checks that the lease is the newest.
    private static func confirm(
        _ lease: LoadLease,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let rows = try await connection.query(
            "select epoch from longshore.load where id = \(lease.load) and state = \(LoadState.running) for update"
        )
        return try rows.first.map { try $0.integer("epoch", as: Int64.self) } == lease.epoch
    }
}

extension PostgresLedger: InterventionLedger {
    /// The pauses and cancellations of some loads.
    public func interventions(
        ofLoads loads: Set<Int64>
    ) async throws -> [Int64: Interventions] {
        try Interventions.read(
            await client.query(Interventions.sql(ofLoads: loads.sorted()))
        )
    }

    /// The pauses and cancellations of one load.
    public func interventions(ofLoad load: Int64) async throws -> Interventions {
        try await interventions(ofLoads: [load])[load] ?? Interventions()
    }
}
