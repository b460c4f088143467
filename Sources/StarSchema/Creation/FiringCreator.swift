import Ledger
import Pipelines
public import Planning
import Postgres

/// Where the load of a firing is written: with the firing's end, in one transaction.
///
/// Whoever was overtaken finds the firing taken, and writes nothing; nor does who finds a load of the pipeline running.
struct FiringCreator: LoadCreator {
    let desk: RequestDesk
    let lease: FiringLease
    let awaited: String?

    func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64 {
        try await desk.client.ownTransaction { connection in
            let firings = FiringTable(connection)
            try await firings.lock(lease)
            try await refuseOverlap(of: request, on: connection)
            let load = try await LoadCreation(
                request: request,
                tasks: tasks,
                connection: connection,
                fleet: desk.fleet
            )
            .run()
            try await firings.end(lease, with: load, awaited: awaited)
            return load
        }
    }

    /// Under the schema's lock: nobody creates a load between this look and the load of the firing.
    private func refuseOverlap(
        of request: LoadRequest,
        on connection: PostgresConnection
    ) async throws {
        try await LedgerLock.takeSchema(request.pipeline.schema, on: connection)
        let running = try await LoadTable(connection).running(ofPipeline: request.pipeline.name)
        if let running { throw FiringOverlap(load: running) }
    }
}

extension RequestDesk {
    /// Where the load of a firing is created: together with the firing's end, or not at all.
    public func creator(for lease: FiringLease, awaited: String?) -> any LoadCreator {
        FiringCreator(desk: self, lease: lease, awaited: awaited)
    }
}
