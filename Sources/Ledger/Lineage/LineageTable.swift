import Planning
import Postgres

/// What was told of loads, and who tells.
///
/// Nothing else writes `longshore.lineage` and `longshore.lineage_run`.
struct LineageTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// The ordinal of a load itself.
    static let ofLoad = -1

    // MARK: Turns

    /// Takes the turn of a fleet where nobody holds it and it is time.
    func take(
        by coordinator: String,
        fleet: String,
        for duration: Duration
    ) async throws -> LineageTurn? {
        let rows = try await connection.query(
            """
            insert into longshore.lineage as l (fleet, coordinator, fence, lease_until)
            values (\(fleet), \(coordinator), 1, \(Self.time(after: duration)))
            on conflict (fleet) do update set coordinator = \(coordinator), fence = l.fence + 1,
                lease_until = \(Self.time(after: duration))
            where l.next_at <= clock_timestamp()
                and (l.lease_until is null or l.lease_until < clock_timestamp())
            returning fence
            """
        )
        return try rows.first.map { row in
            LineageTurn(fleet: fleet, fence: try row.integer("fence", as: Int64.self))
        }
    }

    /// Extends a turn: the receiver takes events again.
    ///
    /// - Returns: `false` when somebody else took over.
    func renew(_ turn: LineageTurn, for duration: Duration) async throws -> Bool {
        try await update(
            turn,
            "lease_until = \(Self.time(after: duration)), attempts = 0, failure = null"
        )
    }

    /// Ends a turn.
    func end(_ turn: LineageTurn) async throws {
        _ = try await update(turn, "lease_until = null")
    }

    /// Ends a turn, and lets the receiver alone for 5 s, 10 s and so on, 10 min at most, or as long as it wants.
    func postpone(_ turn: LineageTurn, because failure: LineageFailure) async throws {
        let wanted = (failure.pause ?? .zero) / .seconds(1)
        _ = try await update(
            turn,
            """
            lease_until = null, attempts = attempts + 1, failure = \(failure.description),
            next_at = clock_timestamp() + greatest(\(wanted)::float8,
                least(600, 5 * 2 ^ least(attempts, 10))) * interval '1 second'
            """
        )
    }

    private func update(_ turn: LineageTurn, _ assignments: SQL) async throws -> Bool {
        try await connection
            .query(
                """
                update longshore.lineage set \(assignments)
                where fleet = \(turn.fleet) and fence = \(turn.fence)
                """
            )
            .affectedRows == 1
    }

    private static func time(after duration: Duration) -> SQL {
        "clock_timestamp() + \(duration / .seconds(1)) * interval '1 second'"
    }

    // MARK: Runs

    /// Notes of loads that have ended that nothing is told of them.
    func skip(_ loads: [Int64]) async throws {
        guard !loads.isEmpty else { return }
        try await connection.query(
            """
            insert into longshore.lineage_run (load_id, ordinal, run, event, attempts, ended_at)
            select id, \(Self.ofLoad), 0, \(LineageEvent.Kind.abort), 0, finished_at
            from longshore.load where id = any(\(loads)::bigint[]) and finished_at is not null
            on conflict (load_id, ordinal) do update set ended_at = excluded.ended_at
            """
        )
    }

    /// Writes that an event was told; of a load that is forgotten meanwhile there is nothing to write.
    func told(_ event: LineageEvent) async throws {
        let ended = event.kind.isEnd ? event.time : nil
        try await connection.query(
            """
            insert into longshore.lineage_run (load_id, ordinal, run, event, attempts, ended_at)
            select l.id, \(event.run.ordinal ?? Self.ofLoad), \(event.run.number), \(event.kind),
                \(event.attempts), \(ended)::timestamptz
            from longshore.load l where l.id = \(event.run.load)
            on conflict (load_id, ordinal) do update set run = excluded.run, event = excluded.event,
                attempts = excluded.attempts, ended_at = excluded.ended_at, told_at = clock_timestamp()
            """
        )
    }
}
