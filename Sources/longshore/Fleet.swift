import AMQP
import BlockingThread
import Console
import Coordinator
import Endpoints
import Extraction
import Foundation
import InFlight
import Ledger
import Loading
import Logging
import Messaging
import Planning
import Postgres
import Redis
import ServiceLifecycle
import Worker

/// The composition root: the only place where connections are made and wired together.
struct Fleet: Sendable {
    private(set) var amqp: AMQPConfiguration
    private(set) var postgres: PostgresConfiguration
    private(set) var redis: RedisConfiguration
    /// Whether it is the private stack of this machine.
    let isLocal: Bool
    /// The prefix of queues and keys: several fleets can share a broker and a Redis.
    let name: String
    private(set) var logger: Logger
    /// The memory that the key maps of this process may take, in bytes.
    private(set) var keyMapMemory = KeyMapCache.standardLimit
    /// What definitions may make this process read.
    private(set) var sources: SourceEnvironment

    init(
        amqp: String,
        postgres: String,
        redis: String,
        isLocal: Bool,
        sources: SourceEnvironment
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let allowsPlaintext = environment["LONGSHORE_ALLOW_PLAINTEXT"] == "1"
        self.amqp = try AMQPConfiguration(url: amqp, allowsPlaintext: allowsPlaintext)
        self.postgres = try PostgresConfiguration(url: postgres, allowsPlaintext: allowsPlaintext)
        self.redis = try RedisConfiguration(
            url: ConnectionURL(redis),
            allowsPlaintext: allowsPlaintext
        )
        self.isLocal = isLocal
        self.sources = sources
        name = environment["LONGSHORE_FLEET"] ?? "longshore"
        logger = try Self.logger(
            level: environment["LONGSHORE_LOG"],
            format: environment["LONGSHORE_LOG_FORMAT"]
        )
        if allowsPlaintext {
            logger.warning("LONGSHORE_ALLOW_PLAINTEXT=1: connections may go unencrypted")
        }
        if self.postgres.trustsAnybody {
            logger.warning(
                """
                the Postgres URL's `sslmode` takes whoever answers for the server: use `verify-full`, \
                and name the authority with `sslrootcert` where it is not one of the system's
                """
            )
        }
    }

    /// What a worker is a member of: it waits until a coordinator has made the ledger.
    func membership() async throws -> FleetMembership {
        try await LedgerGate(postgres, fleet: name, logger: logger).membership()
    }

    /// With files from which user and password of the servers are read again for each connection.
    func with(amqpLogin: LoginFile?, postgresLogin: LoginFile?, redisLogin: LoginFile?) -> Fleet {
        var fleet = self
        fleet.amqp.loginFile = amqpLogin
        fleet.postgres.loginFile = postgresLogin
        fleet.redis.loginFile = redisLogin
        return fleet
    }

    /// With a limit to the memory that the key maps of this process may take, in bytes.
    func with(keyMapMemory: Int) -> Fleet {
        var fleet = self
        fleet.keyMapMemory = keyMapMemory
        return fleet
    }

    /// With what definitions may make this process read.
    func with(sources: SourceEnvironment) -> Fleet {
        var fleet = self
        fleet.sources = sources
        return fleet
    }

    /// For commands that a person waits for: a server that does not answer is an error at once, and
    /// errors are what they print at the end, not log lines on the way.
    func inForeground() -> Fleet {
        var fleet = self
        fleet.amqp.connectDeadline = .seconds(2)
        if ProcessInfo.processInfo.environment["LONGSHORE_LOG"] == nil {
            fleet.logger.logLevel = .critical
        }
        return fleet
    }

    /// Logs go to standard error, so that output can be piped.
    private static func logger(level: String?, format: String?) throws -> Logger {
        var logger: Logger
        switch format ?? "text" {
        case "text", "":
            logger = Logger(
                label: "longshore",
                factory: { StreamLogHandler(label: $0, stream: LogStream()) }
            )
        case "json": logger = Logger(label: "longshore", factory: { _ in JSONLog() })
        case let other:
            throw CommandFailure(
                .usage,
                "LONGSHORE_LOG_FORMAT is `\(other)`; expected `text` or `json`"
            )
        }
        logger.logLevel = level.flatMap { Logger.Level(rawValue: $0) } ?? .info
        return logger
    }

    /// A name for this process in leases and logs.
    static func processName() -> String {
        let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
        let random = String(UInt16.random(in: .min ... .max), radix: 36)
        return "\(host)-\(ProcessInfo.processInfo.processIdentifier)-\(random)"
    }
}
