import Endpoints
import Foundation
public import LocalStack

/// Real servers for tests: one local stack with TLS, shared by every test of the process, and by the
/// next process too.
///
/// It is started by the first test that asks for it and left running, so that the next `swift test`
/// finds it ready; `make test` stops it at the end. Tests share the servers but nothing on them:
/// each takes a database of its own (``freshDatabase()``), and names of its own on the broker and
/// in Redis (``uniqueFleet()``).
public struct TestStack: Sendable {
    /// The stack itself, to ask what runs or to control the broker.
    ///
    /// Tests must not stop it.
    public let stack: LocalStack
    /// `amqp://…` without TLS.
    public let amqpURL: String
    /// `postgres://…` to a database that every test shares; see ``freshDatabase()``.
    public let postgresURL: String
    /// `redis://…` without TLS.
    public let redisURL: String
    /// The same servers with TLS.
    public let tls: SecuredServers

    /// The stack of this process, started when it does not run yet.
    public static func shared() async throws -> TestStack {
        try await starter.value
    }

    /// Where its files are: `.build/test-stack` in the package, or what `LONGSHORE_TEST_STACK` says.
    ///
    /// A stack is known by its path, so copies of the package that are mounted at one place would stop
    /// each other's servers.
    public static let directory =
        ProcessInfo.processInfo.environment["LONGSHORE_TEST_STACK"]
        ?? packageDirectory + "/.build/test-stack"

    /// The package's directory.
    public static let packageDirectory = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .path

    // One start for the process: whoever comes first begins it, everybody waits for it.
    private static let starter = Task { try await start() }

    private static func start() async throws -> TestStack {
        let stack = LocalStack(directory: directory, options: LocalStack.Options(tls: true))
        let addresses = try await stack.up()
        guard let secured = addresses.secured else { throw TestStackError.noTLS }
        let testStack = TestStack(
            stack: stack,
            amqpURL: addresses.amqp.revealed,
            postgresURL: addresses.postgres.revealed,
            redisURL: addresses.redis.revealed,
            tls: SecuredServers(addresses: secured)
        )
        try await testStack.forgoDurability()
        try await testStack.dropOldDatabases()
        return testStack
    }

    /// Lets Postgres write to the disk when it likes: tests kill processes, not machines.
    private func forgoDurability() async throws {
        for setting in ["fsync", "full_page_writes"] {
            try await psql("alter system set \(setting) = off")
        }
        try await psql("select pg_reload_conf()")
    }

    /// A name that no other test uses: lower-case letters, digits and hyphens.
    public func uniqueFleet() -> String {
        "test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }
}

/// The shared servers with TLS.
///
/// Their certificate names `localhost` and nothing else.
public struct SecuredServers: Sendable {
    /// A PEM file with the authority that signed the servers' certificate.
    public var caFile: String { addresses.authorityFile }
    /// A PEM file with an authority that signed nothing here.
    public var otherCAFile: String { addresses.otherAuthorityFile }

    let addresses: SecuredAddresses

    /// `amqps://…`; `localhost` is the right host, `127.0.0.1` a wrong one.
    public func amqpsURL(host: String = "localhost") -> String {
        addresses.amqp(host: host).revealed
    }

    /// `postgres://…?sslmode=verify-full&sslrootcert=…`, trusting `caFile` unless told otherwise.
    public func postgresURL(host: String = "localhost", trusting file: String? = nil) -> String {
        addresses.postgres(host: host, authorityFile: file).revealed
    }

    /// `rediss://…`.
    public func redissURL(host: String = "localhost") -> String {
        addresses.redis(host: host).revealed
    }
}

/// What can be wrong with the shared stack itself.
enum TestStackError: Error, CustomStringConvertible {
    case noTLS
    case psql(status: Int32, message: String)

    var description: String {
        switch self {
        case .noTLS: "the shared stack was started without TLS: remove `.build/test-stack`"
        case .psql(let status, let message): "`psql` ended with status \(status): \(message)"
        }
    }
}
