import Pipelines
public import Planning
import Postgres

/// Alerts as coordinators see them.
extension PostgresLedger: AlertLedger {
    /// Compares what is wrong with what is known to be, pipeline by pipeline, save those that another coordinator looks
    /// at; one that cannot be looked at holds up no other.
    public func lookForAlerts() async throws -> AlertRound {
        let pipelines = try await client.withConnection { connection in
            try await AlertWatchTable(connection).pipelines(ofFleet: fleet)
        }
        try await refuseNewer()
        var round = AlertRound()
        for pipeline in pipelines {
            try await round.add { try await lookForAlerts(ofPipeline: pipeline) }
        }
        try await round.add {
            try await client.transaction { connection in
                try await AlertTable(connection).forget()
                try await AlertMessageTable(connection).forget()
            }
            return []
        }
        return round
    }

    /// A definition that this program cannot read any more changes nothing.
    private func lookForAlerts(ofPipeline name: String) async throws -> [AlertChange] {
        try await client.transaction { connection in
            guard try await Self.lockAlerts(ofPipeline: name, on: connection) else { return [] }
            let look = AlertLook(fleet: fleet, connection: connection)
            let stored = try await AlertWatchTable(connection)
                .definition(ofPipeline: name, fleet: fleet)
            if let stored {
                guard let pipeline = try stored.pipelineIfReadable else { return [] }
                if !pipeline.alerts.isEmpty { return try await look.run(pipeline) }
            }
            return try await look.endAll(
                ofPipeline: name,
                because: "the pipeline tells no alerts any more"
            )
        }
    }

    /// Until the transaction ends no other coordinator looks at the pipeline; `false` when one does.
    private static func lockAlerts(
        ofPipeline name: String,
        on connection: PostgresConnection
    ) async throws -> Bool {
        let lock = LedgerLock(name: "alerts of \(name)")
        if try await lock.takeIfFree(on: connection) { return true }
        try await lock.make(within: .seconds(5), on: connection)
        return try await lock.takeIfFree(on: connection)
    }

    /// Takes the message that waits longest and that nobody holds.
    public func takeAlertMessage(
        by coordinator: String,
        for duration: Duration
    ) async throws -> AlertMessage? {
        try await client.transaction { connection in
            try await AlertMessageTable(connection)
                .take(by: coordinator, fleet: fleet, for: duration)
        }
    }

    /// Writes that a message was told.
    public func told(_ message: AlertMessage) async throws -> Bool {
        try await client.withConnection { try await AlertMessageTable($0).told(message) }
    }

    /// Writes that a message could not be told.
    public func failed(_ message: AlertMessage, because reason: String) async throws -> Bool {
        try await client.transaction { connection in
            try await AlertMessageTable(connection).failed(message, because: reason)
        }
    }
}

extension AlertRound {
    /// Has a failure of some work hold up no other work.
    ///
    /// - Throws: `CancellationError`.
    fileprivate mutating func add(_ work: () async throws -> [AlertChange]) async throws {
        do {
            changes += try await work()
        } catch let error as CancellationError {
            throw error
        } catch {
            failure = failure ?? error
        }
    }
}
