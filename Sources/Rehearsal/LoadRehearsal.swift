public import Extraction
import Ledger
import Pipelines
public import Planning
public import Postgres

/// Finds out what a load would do, by doing it in a transaction that is rolled back.
///
/// All tasks run in the plan's order on one connection, each within a savepoint: facts see the members
/// that their dimensions would have. What a load does in transactions of its own, as making inferred
/// members, is done within. Nothing remains but numbers that sequences have skipped, also when the
/// process is killed.
///
/// Readers never wait for a rehearsal: it takes no lock that keeps them out. Whoever wants to write what
/// it has written would wait; so it watches for them, and gives up when they have waited for a second.
public struct LoadRehearsal: Sendable {
    private let configuration: PostgresConfiguration
    private let environment: SourceEnvironment

    /// A rehearsal that connects when it is asked.
    ///
    /// - Parameters:
    ///   - configuration: the warehouse.
    ///   - environment: gives the value of `${NAME}` in sources' texts.
    public init(
        _ configuration: PostgresConfiguration,
        environment: SourceEnvironment
    ) {
        self.configuration = configuration.atWarehouse
        self.environment = environment
    }

    /// What a load of `request`, whose plan is `graph`, would do.
    ///
    /// - Throws: what refuses a load where none could be created; `StarSchemaError` when tables would have to
    ///   be altered; ``RehearsalError`` when others need what the rehearsal holds; `PostgresError`.
    public func effects(of request: LoadRequest, graph: PlanGraph) async throws -> Effects {
        let connection = try await PostgresConnection.connect(configuration)
        let lookout = try await PostgresConnection.connect(configuration)
        do {
            try await LedgerSchema.migrate(lookout, upgrades: false)
            let effects = try await race(request, graph, on: connection, lookout: lookout)
            await connection.close()
            await lookout.close()
            return effects
        } catch {
            await connection.close()
            await lookout.close()
            throw error
        }
    }

    /// The rehearsal ends it, or somebody who waits does.
    private func race(
        _ request: LoadRequest,
        _ graph: PlanGraph,
        on connection: PostgresConnection,
        lookout: PostgresConnection
    ) async throws -> Effects {
        let watch = Bystanders(backend: connection.backendPID ?? 0, connection: lookout)
        return try await withThrowingTaskGroup(of: Effects?.self) { group in
            group.addTask { try await self.rehearse(request, graph, on: connection) }
            group.addTask {
                try await watch.watch()
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw CancellationError()
        }
    }

    private func rehearse(
        _ request: LoadRequest,
        _ graph: PlanGraph,
        on connection: PostgresConnection
    ) async throws -> Effects {
        let tasks = TaskRehearsal(
            request: request,
            graph: graph,
            connection: connection,
            environment: environment
        )
        do {
            return try await connection.rolledBack { try await tasks.run() }
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw RehearsalError.inUse("what a load of `\(request.pipeline.name)` needs")
        }
    }
}
