public import Planning
import Postgres

/// Lineage as coordinators see it.
extension PostgresLedger: LineageLedger {
    /// Looks whether there is something to tell before it takes the turn: most looks write nothing.
    public func takeLineage(
        by coordinator: String,
        for duration: Duration
    ) async throws -> LineageRound? {
        try await refuseNewer()
        guard try await !lineageEvents().isEmpty else { return nil }
        let turn = try await client.withConnection { connection in
            try await LineageTable(connection).take(by: coordinator, fleet: fleet, for: duration)
        }
        // Who has had the turn until now may have told since.
        guard let turn else { return nil }
        return LineageRound(turn: turn, events: try await lineageEvents())
    }

    private func lineageEvents() async throws -> [LineageEvent] {
        try await client.transaction { connection in
            try await LineageLook(fleet: fleet, connection: connection).events()
        }
    }

    /// Writes that an event was told.
    public func told(
        _ event: LineageEvent,
        in turn: LineageTurn,
        for duration: Duration
    ) async throws -> Bool {
        try await client.transaction { connection in
            let table = LineageTable(connection)
            guard try await table.renew(turn, for: duration) else { return false }
            try await table.told(event)
            return true
        }
    }

    /// Ends a turn.
    public func end(_ turn: LineageTurn) async throws {
        try await client.withConnection { try await LineageTable($0).end(turn) }
    }

    /// Ends a turn because an event was not taken.
    public func postpone(_ turn: LineageTurn, because failure: LineageFailure) async throws {
        try await client.withConnection { connection in
            try await LineageTable(connection).postpone(turn, because: failure)
        }
    }
}
