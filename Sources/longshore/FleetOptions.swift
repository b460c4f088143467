import ArgumentParser
import Endpoints
import Foundation
import LocalStack

/// Which servers a command talks to.
struct FleetOptions: ParsableArguments {
    @Option(help: "Folder of the private stack that is used when no server is configured.")
    var stack = LocalStack.defaultDirectory

    private static let names = ["AMQP", "POSTGRES", "REDIS"]

    /// The servers of the environment, or those of the private stack, started when need be.
    func fleet() async throws -> Fleet {
        let environment = ProcessInfo.processInfo.environment
        let urls = try Self.names.map { try Self.url($0, in: environment) }
        let missing = zip(Self.names, urls).filter { $0.1 == nil }.map { "LONGSHORE_\($0.0)_URL" }
        if missing.count == Self.names.count {
            let addresses = try await LocalStack(directory: stack).up()
            return try Fleet(
                amqp: addresses.amqp.revealed,
                postgres: addresses.postgres.revealed,
                redis: addresses.redis.revealed,
                isLocal: true
            )
        }
        guard let amqp = urls[0], let postgres = urls[1], let redis = urls[2] else {
            throw CommandFailure(
                .usage,
                "\(missing.joined(separator: " and ")) is not set: set all three server URLs, "
                    + "or none to use the private stack of `longshore up`"
            )
        }
        return try Fleet(amqp: amqp, postgres: postgres, redis: redis, isLocal: false)
    }

    /// `LONGSHORE_<name>_URL`, or the first line of the file that `LONGSHORE_<name>_URL_FILE` names.
    private static func url(_ name: String, in environment: [String: String]) throws -> String? {
        let variable = "LONGSHORE_\(name)_URL"
        if let url = environment[variable], !url.isEmpty { return url }
        guard let path = environment[variable + "_FILE"], !path.isEmpty else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(
                .usage,
                "\(variable)_FILE names `\(path)`, which cannot be read: "
                    + "mount the secret there, or set \(variable)"
            )
        }
        return text.split(whereSeparator: \.isNewline).first.map(String.init)
    }
}
