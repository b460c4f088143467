import ArgumentParser
import Console
import Endpoints
import Foundation
import LocalStack

/// Which servers a command talks to.
struct FleetOptions: ParsableArguments {
    @Option(help: "Folder of the private stack that is used when no server is configured.")
    var stack = LocalStack.defaultDirectory

    static let names = ["AMQP", "POSTGRES", "REDIS"]

    /// The servers of the environment, or those of the private stack, started when need be.
    func startedFleet() async throws -> Fleet {
        let local = LocalStack(directory: stack)
        if try configured() == nil, try local.addresses() == nil {
            let line = "Starting a private RabbitMQ, Postgres and Redis in \(stack) …"
            Output.note(line)
            _ = try await local.up()
        }
        return try await fleet()
    }

    /// The servers of the environment, or those of the private stack, which must run already.
    func fleet() async throws -> Fleet {
        if let configured = try configured() { return configured }
        guard let addresses = try LocalStack(directory: stack).addresses() else {
            throw CommandFailure(
                .unavailable,
                "no server is configured, and no private stack runs in `\(stack)`: start one with "
                    + "`longshore up --stack \(stack)`, or set LONGSHORE_AMQP_URL, "
                    + "LONGSHORE_POSTGRES_URL and LONGSHORE_REDIS_URL"
            )
        }
        return try Fleet(
            amqp: addresses.amqp.revealed,
            postgres: addresses.postgres.revealed,
            redis: addresses.redis.revealed,
            isLocal: true,
            sources: SourceOptions.sources(stack: stack)
        )
    }

    /// The servers of the environment; `nil` when it names none.
    private func configured() throws -> Fleet? {
        let environment = ProcessInfo.processInfo.environment
        let urls = try Self.names.map { try Self.url($0, in: environment) }
        let files = Self.names.map { Self.file($0, in: environment) }
        let missing = zip(Self.names, urls).filter { $0.1 == nil }.map { "LONGSHORE_\($0.0)_URL" }
        if missing.count == Self.names.count { return nil }
        guard let amqp = urls[0], let postgres = urls[1], let redis = urls[2] else {
            throw CommandFailure(
                .usage,
                "\(missing.joined(separator: " and ")) missing: set all three server URLs, "
                    + "or none to use the private stack of `longshore up`"
            )
        }
        return try Fleet(
            amqp: amqp,
            postgres: postgres,
            redis: redis,
            isLocal: false,
            sources: SourceOptions.sources(stack: stack)
        )
        .with(amqpLogin: files[0], postgresLogin: files[1], redisLogin: files[2])
    }

    /// The file that holds a server's URL, where the variable itself is not set.
    static func file(_ name: String, in environment: [String: String]) -> LoginFile? {
        let variable = "LONGSHORE_\(name)_URL"
        guard environment[variable, default: ""].isEmpty else { return nil }
        return environment[variable + "_FILE"].flatMap { $0.isEmpty ? nil : LoginFile(path: $0) }
    }

    /// `LONGSHORE_<name>_URL`, or the first line of the file that `LONGSHORE_<name>_URL_FILE` names.
    static func url(_ name: String, in environment: [String: String]) throws -> String? {
        let variable = "LONGSHORE_\(name)_URL"
        if let url = environment[variable], !url.isEmpty { return url }
        guard let file = file(name, in: environment) else { return nil }
        guard let url = file.firstLine() else {
            throw CommandFailure(
                .usage,
                "\(variable)_FILE names `\(file.path)`, which cannot be read or is empty: "
                    + "mount the secret there, or set \(variable)"
            )
        }
        return url.revealed
    }
}
