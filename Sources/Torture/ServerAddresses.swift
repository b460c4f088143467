import Endpoints
import LocalStack
import Loopback

/// The stack's URLs, for another database or through proxies.
struct ServerAddresses: Sendable {
    /// The variables of a `longshore` process.
    let urls: [String: String]
    /// The port of each server.
    let ports: [StackServer: Int]

    private static let variables: [StackServer: String] = [
        .rabbitmq: "LONGSHORE_AMQP_URL", .postgres: "LONGSHORE_POSTGRES_URL",
        .redis: "LONGSHORE_REDIS_URL",
    ]

    init(_ addresses: StackAddresses) throws {
        urls = addresses.environment.mapValues(\.revealed)
        var ports: [StackServer: Int] = [:]
        for (server, variable) in Self.variables {
            ports[server] = try ConnectionURL(urls[variable] ?? "").port
        }
        self.ports = ports
    }

    /// The URL of a database; of the stack's own unless named.
    func postgres(database: String?) -> String {
        let url = urls["LONGSHORE_POSTGRES_URL"] ?? ""
        guard let database, let slash = url.lastIndex(of: "/") else { return url }
        return url[...slash] + database
    }

    /// The variables of a process that uses `database` and reaches the servers through `proxies`.
    func urls(database: String, through proxies: [StackServer: FaultProxy]) -> [String: String] {
        var urls = urls
        urls["LONGSHORE_POSTGRES_URL"] = postgres(database: database)
        for (server, proxy) in proxies {
            guard let variable = Self.variables[server], let port = ports[server] else { continue }
            urls[variable] = urls[variable]?.replacing(":\(port)/", with: ":\(proxy.port)/")
        }
        return urls
    }

    /// The passwords, to look for where they must not be.
    var passwords: [String] {
        urls.values.compactMap { try? ConnectionURL($0).password?.revealed }
    }
}
