import Pipelines
public import Planning
import Postgres
public import Schedules

/// Where schedules are registered, held up, fired by hand and looked at.
public struct ScheduleDesk: Sendable {
    let client: PostgresClient
    let fleet: String
    let log: ActionLog

    /// Registers the schedule of a pipeline with the definition that it is loaded by, in place of the one that there is.
    ///
    /// - Parameters:
    ///   - schedule: When it is loaded.
    ///   - request: The pipeline with its definition and folder, and who registers it.
    ///   - clock: The schedule's clock.
    /// - Returns: What is registered now.
    /// - Throws: `PostgresError`.
    public func put(
        _ schedule: Schedule,
        of request: LoadRequest,
        _ clock: ScheduleClock
    ) async throws -> ScheduleReport {
        let pipeline = request.pipeline.name
        try await client.transaction { connection in
            let known = try await Self.locked(pipeline, on: connection)
            let isSame = known?.cron == schedule.cron.text && known?.zone == schedule.zone
            // What is next may be due already: then it is fired, by the new definition.
            let kept = isSame ? known?.nextSeconds : nil
            let now = try await Self.now(on: connection)
            let next = kept.map(clock.firing) ?? clock.next(after: now)
            try await StoredDefinition.keep(
                request.definition,
                of: pipeline,
                on: connection
            )
            try await log.write(
                .putSchedule,
                pipeline,
                standing: .ofSchedule(pipeline),
                on: connection
            ) {
                try await ScheduleTable(connection)
                    .put(schedule, of: request, fleet: fleet, next: next)
            }
        }
        return try await report(of: pipeline)
    }

    /// Forgets the schedule of a pipeline; what is to be fired still is not.
    ///
    /// - Throws: ``LedgerError`` when there is none.
    public func drop(_ pipeline: String, by person: String) async throws {
        try await client.transaction { connection in
            try await Self.require(pipeline, on: connection)
            _ = try await write(.dropSchedule, pipeline, on: connection) {
                try await FiringTable(connection)
                    .refuseOpen(of: pipeline, because: "its schedule was dropped by \(person)")
                return try await ScheduleTable(connection).drop(pipeline)
            }
        }
    }

    /// Holds the schedule of a pipeline up: nothing is fired until it is resumed.
    ///
    /// - Returns: whether it was not held up before.
    /// - Throws: ``LedgerError`` when there is none.
    public func pause(
        _ pipeline: String,
        reason: String?,
        by person: String
    ) async throws -> Bool {
        try await client.transaction { connection in
            try await Self.require(pipeline, on: connection)
            return try await write(.pauseSchedule, pipeline, reason: reason, on: connection) {
                try await ScheduleTable(connection).pause(pipeline, reason: reason, by: person)
            }
        }
    }

    /// Lets a schedule go on from now; what would have been fired meanwhile is not.
    ///
    /// - Returns: whether it was held up.
    /// - Throws: ``LedgerError`` when there is none.
    public func resume(_ pipeline: String, _ clock: ScheduleClock) async throws -> Bool {
        try await client.transaction { connection in
            try await Self.require(pipeline, on: connection)
            let now = try await Self.now(on: connection)
            return try await write(.resumeSchedule, pipeline, on: connection) {
                try await ScheduleTable(connection)
                    .resume(pipeline, next: clock.next(after: now))
            }
        }
    }

    /// Has a schedule fired as soon as a coordinator looks, whether it is held up or not.
    ///
    /// - Returns: the firing's number.
    /// - Throws: ``LedgerError`` when there is none.
    public func run(_ pipeline: String, by person: String) async throws -> Int64 {
        try await client.transaction { connection in
            try await Self.require(pipeline, on: connection)
            return try await log.write(
                .runSchedule,
                pipeline,
                standing: .ofSchedule(pipeline),
                on: connection
            ) { try await FiringTable(connection).insert(of: pipeline, by: person) }
        }
    }

    /// The schedule of a pipeline as it is registered.
    ///
    /// - Throws: ``LedgerError`` when there is none.
    public func schedule(of pipeline: String) async throws -> Schedule {
        let rows = try await client.query(
            "select \(ScheduleTable.words) from longshore.schedule s where s.pipeline = \(pipeline)"
        )
        guard let row = rows.first else { throw LedgerError.unknownSchedule(pipeline) }
        return try ScheduleTable.schedule(row)
    }

    /// The ledger's time, in seconds since 1970-01-01 UTC.
    public func now() async throws -> Int {
        try await client.withConnection { try await Self.now(on: $0) }
    }

    /// What a firing of a pipeline loads: the registered definition and its folder, without periods.
    ///
    /// - Throws: ``LedgerError`` when there is no schedule, or this program cannot read its definition any more.
    public func request(ofPipeline pipeline: String, by person: String) async throws -> LoadRequest
    {
        let stored = try await client.withConnection { connection in
            try await StoredDefinition.ofSchedule(pipeline, on: connection)
        }
        guard let stored else { throw LedgerError.unknownSchedule(pipeline) }
        do {
            return try stored.request(by: person)
        } catch let error as UnreadableDefinition {
            throw LedgerError.unreadableSchedule(pipeline, error)
        }
    }

    private func write(
        _ verb: ActionVerb,
        _ pipeline: String,
        reason: String? = nil,
        on connection: PostgresConnection,
        _ body: () async throws -> Bool
    ) async throws -> Bool {
        try await log.write(
            verb,
            pipeline,
            reason: reason,
            standing: .ofSchedule(pipeline),
            on: connection,
            where: \.self,
            body
        )
    }

    private static func now(on connection: PostgresConnection) async throws -> Int {
        let rows = try await connection.query(
            "select \(ScheduleTable.seconds("clock_timestamp()")) as now"
        )
        return try rows.first?.integer("now") ?? 0
    }

    private static func require(_ pipeline: String, on connection: PostgresConnection) async throws
    {
        guard try await locked(pipeline, on: connection) != nil else {
            throw LedgerError.unknownSchedule(pipeline)
        }
    }

    private typealias Known = (cron: String, zone: String, nextSeconds: Int?)

    private static func locked(
        _ pipeline: String,
        on connection: PostgresConnection
    ) async throws -> Known? {
        let rows = try await connection.query(
            """
            select cron, zone, \(ScheduleTable.seconds("next_at")) as next
            from longshore.schedule where pipeline = \(pipeline) for update
            """
        )
        return try rows.first.map { row in
            (try row.text("cron"), try row.text("zone"), try row.optionalInteger("next"))
        }
    }
}
