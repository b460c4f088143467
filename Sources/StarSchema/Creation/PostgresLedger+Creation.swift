public import Ledger
public import Planning
import Postgres

extension PostgresLedger: LoadCreator {
    /// Prepares the pipeline's tables, writes the load, its tasks and its claims: all or nothing.
    public func create(_ request: LoadRequest, tasks: [LoadTask]) async throws -> Int64 {
        try await transaction(foreignSQL: true) { connection in
            try await LoadCreation(
                request: request,
                tasks: tasks,
                connection: connection,
                fleet: self.fleet
            )
            .run()
        }
    }

    /// Refuses what ``create(_:tasks:)`` would refuse now, in the same words; it changes nothing.
    public func check(_ request: LoadRequest, tasks: [LoadTask]) async throws {
        do {
            try await transaction(foreignSQL: true) { connection -> Void in
                try await LoadCreation(
                    request: request,
                    tasks: tasks,
                    connection: connection,
                    alteration: .tried
                )
                .check()
                throw CheckIsOver()
            }
        } catch is CheckIsOver {}
    }
}

/// An error to the transaction of a check: that is what rolls it back.
private struct CheckIsOver: Error {}
