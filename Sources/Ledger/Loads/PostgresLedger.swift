public import Pipelines
public import Planning
public import Postgres

/// The ledger in Postgres, as a coordinator sees it.
///
/// It holds one connection, made anew when it is lost. Every method is one transaction, and callers
/// take turns: on one connection their statements would end up in each other's transactions.
public actor PostgresLedger: LoadLedger {
    private let configuration: PostgresConfiguration
    /// The fleet whose loads it is asked for.
    package let fleet: String
    private var connection: PostgresConnection?
    /// How often it was connected.
    public private(set) var generation = 0
    /// Whether SQL of definitions was planned on the connection, which may leave settings in its session.
    private var hasSeenForeignSQL = false
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var definitions: [String: Pipeline] = [:]

    /// A ledger that connects when it is first asked; loads that it creates belong to `fleet`.
    public init(_ configuration: PostgresConfiguration, fleet: String = "longshore") {
        self.configuration = configuration.atWarehouse
        self.fleet = fleet
    }

    /// Ends the connection.
    public func close() async {
        await connection?.close()
        connection = nil
    }

    // MARK: Turns

    /// Runs one statement.
    @discardableResult
    package func query(_ sql: SQL) async throws -> PostgresResult {
        await takeTurn()
        defer { passTurn() }
        return try await connected().query(sql)
    }

    /// Runs statements that belong together; `foreignSQL` says that SQL of a definition is among them.
    package func transaction<Result>(
        foreignSQL: Bool = false,
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        await takeTurn()
        defer { passTurn() }
        let connection = try await connected()
        hasSeenForeignSQL = foreignSQL
        return try await connection.transaction { try await body(connection) }
    }

    private func connected() async throws -> PostgresConnection {
        if let connection, connection.isUsable, try await isClean(connection) { return connection }
        hasSeenForeignSQL = false
        let fresh = try await PostgresConnection.connect(configuration)
        try await LedgerSchema.migrate(fresh)
        connection = fresh
        generation += 1
        return fresh
    }

    private func isClean(_ connection: PostgresConnection) async throws -> Bool {
        guard hasSeenForeignSQL else { return true }
        guard try await connection.reset() else { return false }
        hasSeenForeignSQL = false
        return true
    }

    private func takeTurn() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func passTurn() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }

    // MARK: Loads

    /// Refuses a pipeline of which a table is another pipeline's, or one that Longshore has not made; it
    /// changes nothing.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - adopted: Tables, without their schema, that may be there.
    /// - Returns: those of `adopted` that need not be: they are the pipeline's already, or not there.
    /// - Throws: ``LedgerError`` with the words of a load that is created.
    @discardableResult
    public func refuseTablesOfOthers(
        of pipeline: Pipeline,
        adopting adopted: Set<String> = []
    ) async throws -> Set<String> {
        try await transaction { connection in
            let claims = try await TableOwnership(
                pipeline: pipeline,
                adopted: adopted,
                connection: connection
            )
            .check()
            return adopted.subtracting(claims.adopted)
        }
    }

    /// The load as it was asked for.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read its definition any more.
    public func load(_ load: Int64) async throws -> LoadRecord? {
        let rows = try await query(
            """
            select l.state, l.kind, array_to_string(l.periods, ',') as periods, l.grain, l.pipeline,
                l.definition, d.bundle
            from longshore.load l join longshore.definition d on d.digest = l.definition
            where l.id = \(load)
            """
        )
        guard let row = rows.first, let state = LoadState(rawValue: try row.text("state")) else {
            return nil
        }
        let (digest, bundle) = (try row.text("definition"), try row.text("bundle"))
        let pipeline =
            try UnreadableDefinition.telling(ofLoad: load) {
                try definition(digest: digest, bundle: bundle)
            }
            .called(row.text("pipeline"))
        let grain = try row.optionalText("grain").flatMap(PeriodGrain.init)
        let labels = try row.text("periods").split(separator: ",").map(String.init)
        let periods = grain.map { grain in labels.compactMap { Period($0, grain: grain) } } ?? []
        let isReplay = try row.text("kind") == LoadKind.replay.rawValue
        return LoadRecord(
            id: load,
            pipeline: pipeline,
            periods: periods,
            state: state,
            chosenTasks: isReplay ? try await tasks(ofLoad: load, grain: grain) : nil
        )
    }

    private func tasks(ofLoad load: Int64, grain: PeriodGrain?) async throws -> Set<LoadTask> {
        let rows = try await query(
            "select kind, name, period, pool from longshore.task where load_id = \(load)"
        )
        return try Set(
            rows.compactMap { row in
                guard let kind = LoadTaskKind(rawValue: try row.text("kind")) else { return nil }
                let label = try row.text("period")
                return LoadTask(
                    kind: kind,
                    name: try row.text("name"),
                    period: grain.flatMap { Period(label, grain: $0) },
                    pool: try row.text("pool")
                )
            }
        )
    }

    /// Where the load stands.
    public func state(ofLoad load: Int64) async throws -> LoadState? {
        let rows = try await query(
            "select state from longshore.load where id = \(load)"
        )
        return try rows.first.flatMap { LoadState(rawValue: try $0.text("state")) }
    }

    /// The definition of that digest, read once.
    package func definition(digest: String, bundle: String) throws -> Pipeline {
        if let known = definitions[digest] { return known }
        let pipeline = try Pipeline.parse(bundle: DefinitionBundle(encoded: bundle))
        definitions[digest] = pipeline
        return pipeline
    }

    // MARK: Leases

    /// Loads of the fleet, and of none, that are running, whose coordinator has not renewed its lease, and
    /// that do not rest.
    public func orphanedLoads() async throws -> [Int64] {
        let rows = try await query(
            """
            select id from longshore.load
            where state = 'running' and (lease_until is null or lease_until < clock_timestamp())
                and (rests_until is null or rests_until < clock_timestamp())
                and coalesce(fleet, \(fleet)) = \(fleet)
            order by rests_until nulls first, id
            """
        )
        try await refuseNewer()
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    /// Who holds the lease of a running load, and for how many seconds more; `nil` when nobody does.
    public func lease(on load: Int64) async throws -> (owner: String, seconds: Double)? {
        let rows = try await query(
            """
            select coordinator, extract(epoch from lease_until - clock_timestamp())::float8 as seconds
            from longshore.load
            where id = \(load) and state = 'running' and lease_until > clock_timestamp()
            """
        )
        return try rows.first.map { row in
            (try row.optionalText("coordinator") ?? "somebody", try row.double("seconds"))
        }
    }

    /// Loads of the fleet that are running, whoever coordinates them, oldest first.
    public func unfinishedLoads() async throws -> [Int64] {
        let rows = try await query(
            """
            select id from longshore.load where state = 'running' and coalesce(fleet, \(fleet)) = \(fleet)
            order by id
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    /// Takes the lease when nobody holds it; the epoch grows with every take-over.
    ///
    /// A load of no fleet, as older versions have written them, belongs to the fleet of who takes it first.
    public func acquireLease(
        on load: Int64,
        owner: String,
        for duration: Duration
    ) async throws -> LoadLease? {
        let rows = try await query(
            """
            update longshore.load
            set epoch = epoch + 1, coordinator = \(owner), fleet = coalesce(fleet, \(fleet)), rests_until = null,
                lease_until = clock_timestamp() + \(duration.inSeconds) * interval '1 second'
            where id = \(load) and state = 'running' and coalesce(fleet, \(fleet)) = \(fleet)
                and (lease_until is null or lease_until < clock_timestamp())
                and \(LedgerSchema.versionSQL) <= \(LedgerSchema.known)
            returning epoch
            """
        )
        guard let row = rows.first else {
            try await refuseNewer()
            try await refuseForeign(load)
            return nil
        }
        return LoadLease(load: load, epoch: try row.integer("epoch", as: Int64.self))
    }

    /// - Throws: ``ForeignLoad`` when the load belongs to another fleet.
    private func refuseForeign(_ load: Int64) async throws {
        let rows = try await query(
            "select fleet from longshore.load where id = \(load) and fleet <> \(fleet)"
        )
        guard let other = try rows.first?.text("fleet") else { return }
        throw ForeignLoad(load: load, fleet: other, own: fleet)
    }

    /// - Throws: ``NewerLedger`` when a newer program has migrated the ledger since it was connected to.
    private func refuseNewer() async throws {
        let rows = try await query("select \(LedgerSchema.versionSQL) as version")
        guard let row = rows.first else { return }
        try LedgerSchema.refuseNewer(row.integer("version"))
    }

    /// The name of the warehouse, which queues and keys carry.
    public func warehouse() async throws -> String {
        let rows = try await query("select id from longshore.warehouse")
        return try rows.first?.text("id") ?? ""
    }

    /// Extends the lease unless another coordinator has taken over.
    public func renew(_ lease: LoadLease, for duration: Duration) async throws -> Bool {
        let isMine = try await change(
            lease,
            "lease_until = clock_timestamp() + \(duration.inSeconds) * interval '1 second'"
        )
        try await refuseNewer()
        return isMine
    }

    /// Ends the lease now.
    public func release(_ lease: LoadLease) async throws {
        _ = try await change(lease, "lease_until = null")
    }

    private func change(
        _ lease: LoadLease,
        _ assignment: SQL
    ) async throws -> Bool {
        try await query(
            "update longshore.load set \(assignment) where id = \(lease.load) and epoch = \(lease.epoch)"
        )
        .affectedRows == 1
    }

    // MARK: Tasks

    /// The state of every task, by ordinal.
    public func states(ofLoad load: Int64) async throws -> [TaskState] {
        let rows = try await query(
            "select state from longshore.task where load_id = \(load) order by ordinal"
        )
        return try rows.map { TaskState(rawValue: try $0.text("state")) ?? .waiting }
    }

    /// The state of some tasks.
    public func states(ofLoad load: Int64, tasks: [Int]) async throws -> [Int: TaskState] {
        let rows = try await query(
            """
            select ordinal, state from longshore.task
            where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
            """
        )
        var states: [Int: TaskState] = [:]
        for row in rows {
            states[try row.integer("ordinal")] = TaskState(rawValue: try row.text("state"))
        }
        return states
    }

    /// Marks tasks as published; rows locked by an attempt are running and need no mark.
    public func markPublished(_ tasks: [Int], lease: LoadLease) async throws -> Bool {
        try await transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return false }
            try await connection.query(
                """
                update longshore.task set state = 'published', published_at = clock_timestamp()
                where (load_id, ordinal) in (
                    select load_id, ordinal from longshore.task
                    where load_id = \(lease.load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
                        and state in ('waiting', 'published')
                    for update skip locked)
                """
            )
            return true
        }
    }

    /// Tasks published long ago that nobody works on and that wait for no retry.
    public func idle(
        _ tasks: [Int],
        ofLoad load: Int64,
        since age: Duration
    ) async throws -> [Int] {
        let rows = try await query(
            """
            select ordinal from longshore.task
            where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[]) and state = 'published'
                and greatest(published_at, retry_at) < clock_timestamp() - \(age.inSeconds) * interval '1 second'
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
        try await transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return false }
            try await connection.query(
                """
                update longshore.task set state = 'blocked'
                where load_id = \(lease.load) and ordinal = any(\(blocked.map(Int64.init))::integer[]) and state = 'waiting'
                """
            )
            try await Self.end(lease.load, as: state, on: connection)
            return true
        }
    }

    /// Writes that the open tasks failed, and the load's end when none is open any more.
    public func fail(_ lease: LoadLease, with failure: TaskFailure) async throws -> LoadState? {
        try await transaction { connection in
            guard try await Self.confirm(lease, on: connection) else { return nil }
            try await connection.query(
                """
                update longshore.task
                set state = 'failed', failure_code = \(failure.code), failure_message = \(failure.message)
                where (load_id, ordinal) in (
                    select load_id, ordinal from longshore.task
                    where load_id = \(lease.load) and state in ('waiting', 'published')
                    for update skip locked)
                """
            )
            let open = try await connection.query(
                """
                select from longshore.task
                where load_id = \(lease.load) and state in ('waiting', 'published') limit 1
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
        try await connection.query(
            """
            update longshore.load
            set state = \(state.rawValue), finished_at = clock_timestamp(), lease_until = null, rests_until = null
            where id = \(load)
            """
        )
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
            where load_id = \(load) and state <> all (\(TaskState.allCases.filter(\.satisfiesNeeds).map(\.rawValue))::text[]) limit 1
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
            "select epoch from longshore.load where id = \(lease.load) and state = 'running' for update"
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
            await query(Interventions.sql(ofLoads: loads.sorted()))
        )
    }

    /// The pauses and cancellations of one load.
    public func interventions(ofLoad load: Int64) async throws -> Interventions {
        try await interventions(ofLoads: [load])[load] ?? Interventions()
    }
}

extension Duration {
    /// Seconds as a number that SQL multiplies with an interval.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
