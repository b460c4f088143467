import Endpoints
import Foundation
import LocalStack
import Redis
import TestSupport

/// An account of one test on each of the shared servers, with the rights that docs/security.md names.
struct Accounts: Sendable {
    let name: String
    let harbour: Harbour
    private let stack: TestStack

    /// Makes the accounts: a role that owns the test's database, a broker user with the permissions
    /// of `role` (`coordinator`, `worker`), a Redis user.
    static func make(
        for harbour: Harbour,
        role: String,
        password: String
    ) async throws -> Accounts {
        let stack = try await TestStack.shared()
        let accounts = Accounts(
            name: "\(role)-\(UInt32.random(in: 0...(.max)))",
            harbour: harbour,
            stack: stack
        )
        try await accounts.makePostgresRole(password)
        _ = try await stack.stack.controlBroker(["add_user", accounts.name, password])
        let permissions = Self.permissions(of: role, fleet: harbour.fleet)
        _ = try await stack.stack.controlBroker(
            ["set_permissions", "-p", try accounts.broker.path, accounts.name] + permissions
        )
        try await accounts.redis(
            ["ACL", "SETUSER", .init(accounts.name), "reset", "on", .init(">\(password)")]
                + Self.redisRights(fleet: harbour.fleet).map { RedisArgument($0) }
        )
        return accounts
    }

    /// Configure, write and read, as `rabbitmqctl set_permissions` takes them.
    static func permissions(of role: String, fleet: String) -> [String] {
        let fleet = fleet.replacing(".", with: #"\."#)
        guard role == "worker" else {
            return [
                #"^(\#(fleet)\..*|amq\.gen-.*)$"#, #"^(\#(fleet)\..*|amq\.gen-.*|amq\.default)$"#,
                #"^(\#(fleet)\..*|amq\.gen-.*)$"#,
            ]
        }
        return [
            #"^\#(fleet)\.[0-9a-z]+\.(tasks\..*|retry\..*|dead|events)$"#,
            #"^(\#(fleet)\.[0-9a-z]+\.events|amq\.default)$"#,
            #"^\#(fleet)\.[0-9a-z]+\.(tasks|retry)\..*$"#,
        ]
    }

    /// What follows the password in `ACL SETUSER`.
    static func redisRights(fleet: String) -> [String] {
        let commands = [
            "ping", "select", "client|setname", "eval", "evalsha", "get", "set", "del", "exists",
            "incr", "pexpire", "pttl", "time", "hget", "hset", "hdel", "hincrby", "hscan", "hvals",
            "zadd",
            "zrem", "zrangebyscore",
        ]
        return ["~longshore:\(fleet):*"] + commands.map { "+\($0)" }
    }

    /// Gives all accounts another password, and ends their connections.
    func change(to password: String) async throws {
        try await stack.psql("alter role \"\(name)\" password '\(password)'")
        _ = try await stack.stack.controlBroker(["change_password", name, password])
        try await redis(["ACL", "SETUSER", .init(name), "resetpass", .init(">\(password)")])
    }

    /// Ends the connections of all accounts.
    func disconnect() async throws {
        try await stack.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = '\(name)'"
        )
        _ = try await stack.stack.controlBroker(["close_all_user_connections", name, "rotation"])
        try await redis(["CLIENT", "KILL", "USER", .init(name)])
    }

    /// Takes the accounts away; the role stays, for it owns a database.
    func remove() async throws {
        _ = try await stack.stack.controlBroker(["delete_user", name])
        try await redis(["ACL", "DELUSER", .init(name)])
    }

    /// The servers' URLs with the accounts, by the names of the variables.
    func urls(password: String) throws -> [String: String] {
        try [
            "LONGSHORE_AMQP_URL": url(broker, password),
            "LONGSHORE_POSTGRES_URL": url(ConnectionURL(harbour.databaseURL), password),
            "LONGSHORE_REDIS_URL": url(ConnectionURL(stack.redisURL), password),
        ]
    }

    /// Runs a command in Redis as its administrator, or with a URL of another.
    @discardableResult
    func redis(_ command: [RedisArgument], as url: String? = nil) async throws -> RedisReply {
        let address = try ConnectionURL(url ?? stack.redisURL)
        let client = RedisClient(try RedisConfiguration(url: address))
        do {
            let reply = try await client.send(command)
            await client.close()
            return reply
        } catch {
            await client.close()
            throw error
        }
    }

    private var broker: ConnectionURL { get throws { try ConnectionURL(stack.amqpURL) } }

    private func makePostgresRole(_ password: String) async throws {
        try await stack.psql("create role \"\(name)\" login password '\(password)'")
        let database = try ConnectionURL(harbour.databaseURL).path
        try await stack.psql("alter database \(database) owner to \"\(name)\"")
    }

    private func url(_ server: ConnectionURL, _ password: String) -> String {
        "\(server.scheme)://\(name):\(password)@\(server.host):\(server.port ?? 0)/\(server.path)"
    }
}
