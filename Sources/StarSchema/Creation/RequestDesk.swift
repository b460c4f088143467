public import Ledger
import Pipelines
public import Planning
import Postgres
import Words

/// Where loads and replays are asked for.
public struct RequestDesk: LoadCreator {
    let client: PostgresClient
    /// The fleet that loads belong to.
    let fleet: String
    let log: ActionLog

    /// Prepares the pipeline's tables, writes the load, its tasks and its claims: all or nothing.
    public func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64 {
        try await client.ownTransaction { connection in
            try await LedgerLock.takeSchema(request.pipeline.schema, on: connection)
            return try await log.write(
                request.plan == nil ? .load : .apply,
                request.named,
                standing: request.standing,
                on: connection
            ) {
                try await LoadCreation(
                    request: request,
                    tasks: tasks,
                    connection: connection,
                    fleet: fleet
                )
                .run()
            }
        }
    }

    /// Refuses what ``create(_:tasks:)`` would refuse now, in the same words; it changes nothing.
    public func check(_ request: LoadRequest, tasks: LoadTasks) async throws {
        try await client.withOwnSession { connection in
            try await connection.rolledBack {
                try await LoadCreation(
                    request: request,
                    tasks: tasks,
                    connection: connection,
                    alteration: .tried
                )
                .check()
            }
        }
    }

    /// Writes a load that reads open rejects again: a task for each table and period that has some, and
    /// for the marts that read these.
    ///
    /// It claims no period: loads of the same period go on as if it were not there. The request has the
    /// pipeline as it is now; its periods are of no account.
    public func createReplay(
        of filter: RejectFilter,
        _ request: LoadRequest
    ) async throws -> CreatedReplay {
        var filter = filter
        filter.pipeline = request.pipeline.name
        return try await client.ownTransaction { connection in
            try await log.write(
                .replay,
                filter.words,
                standing: .of(filter).and(.of(.pipeline(request.pipeline.name))),
                on: connection,
                where: { $0.load != nil }
            ) {
                try await ReplayCreation(
                    filter: filter,
                    request: request,
                    fleet: fleet,
                    connection: connection
                )
                .run()
            }
        }
    }
}

extension LoadRequest {
    /// What it loads, as the action log names it: `callcenter 2024-01, 2024-02`.
    fileprivate var named: String {
        let labels = periods.map(\.label)
        guard !labels.isEmpty else { return pipeline.name }
        return "\(pipeline.name) \(labels.listed(atMost: 24))"
    }

    /// How what it loads stands, as the action log tells it.
    package var standing: ActionStanding {
        .of(periods.map(\.label), of: pipeline).and(.of(.pipeline(pipeline.name)))
    }
}

extension LedgerDesks {
    /// Where loads and replays are asked for.
    public var requests: RequestDesk {
        RequestDesk(client: client, fleet: fleetName, log: log)
    }
}
