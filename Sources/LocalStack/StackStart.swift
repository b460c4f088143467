import Foundation
import Loopback

/// One start of the servers that do not run yet, all at the same time.
struct StackStart: Sendable {
    let data: String
    let credentials: Credentials
    let certificates: Certificates?
    let patience: Duration

    private struct Started: Sendable {
        let recipe: any ServerRecipe
        let process: ProcessIdentity
        /// Whether it ran before.
        let isOld: Bool
    }

    /// Starts what does not run.
    ///
    /// - Returns: `record`, with the ports and processes that are true now.
    func start(_ record: StackRecord) async throws -> StackRecord {
        let results = await withTaskGroup(of: Result<Started, any Error>.self) { group in
            for server in StackServer.allCases {
                group.addTask { await attempt(server, record) }
            }
            var results: [Result<Started, any Error>] = []
            for await result in group {
                results.append(result)
                // The others need not come up any more; the first failure is the one to tell.
                if case .failure = result { group.cancelAll() }
            }
            return results
        }
        let started = results.compactMap { try? $0.get() }
        do {
            for result in results { _ = try result.get() }
        } catch {
            await stopNew(started)
            throw error
        }
        return started.reduce(into: record) { record, started in
            let server = started.recipe.site.server
            record.processes[server] = started.process
            record.ports.copy(server, from: started.recipe.site.ports)
        }
    }

    private func stopNew(_ started: [Started]) async {
        // In a task of its own, which the cancellation of ours does not reach.
        await Task {
            for server in started where !server.isOld {
                try? await server.recipe.stop(server.process, droppingData: false)
            }
        }
        .value
    }

    private func attempt(
        _ server: StackServer,
        _ record: StackRecord
    ) async -> Result<Started, any Error> {
        do {
            if let running = try await keep(server, record) { return .success(running) }
            return .success(try await start(server, record.ports))
        } catch {
            return .failure(error)
        }
    }

    /// The server that runs already, when it answers; else nothing of it is left.
    private func keep(_ server: StackServer, _ record: StackRecord) async throws -> Started? {
        let recipe = recipe(server, record.ports)
        guard let process = record.processes[server], process.isAlive else {
            try await recipe.stop(nil, droppingData: false)
            return nil
        }
        if !recipe.isStopping, try await answers(recipe, process) {
            return Started(recipe: recipe, process: process, isOld: true)
        }
        try await recipe.stop(process, droppingData: false)
        return nil
    }

    private func answers(
        _ recipe: any ServerRecipe,
        _ process: ProcessIdentity
    ) async throws -> Bool {
        do {
            try await recipe.awaitAnswer(from: process, patience: .seconds(15))
            return true
        } catch is LocalStackError {
            return false
        }
    }

    private func start(_ server: StackServer, _ oldPorts: StackPorts) async throws -> Started {
        var ports = oldPorts
        try ports.choose(for: server)
        do {
            return try await start(server, with: ports)
        } catch {
            // Somebody may have taken a port between our look and the server's.
            guard !ports.used(by: server).allSatisfy(LoopbackPorts.isFree) else { throw error }
            try ports.choose(for: server)
            return try await start(server, with: ports)
        }
    }

    private func start(_ server: StackServer, with ports: StackPorts) async throws -> Started {
        let recipe = recipe(server, ports)
        let process = try await recipe.start(patience: patience)
        return Started(recipe: recipe, process: process, isOld: false)
    }

    private func recipe(_ server: StackServer, _ ports: StackPorts) -> any ServerRecipe {
        ServerSite(
            server,
            data: data,
            ports: ports,
            credentials: credentials,
            certificates: certificates
        )
        .recipe
    }
}

extension ServerSite {
    /// How this site's server is run.
    var recipe: any ServerRecipe {
        switch server {
        case .rabbitmq: RabbitMQRecipe(site: self)
        case .postgres: PostgresRecipe(site: self)
        case .redis: RedisRecipe(site: self)
        }
    }
}
