import Glibc

/// Redis without persistence: what it holds can be rebuilt at any time.
struct RedisRecipe: ServerRecipe {
    let site: ServerSite
    let stopSignal = SIGTERM
    let dropSignal = SIGKILL

    var probe: Probe {
        let password = site.credentials.redis
        return Probe(
            port: site.ports.redis,
            greeting: Array("AUTH \(password)\r\nPING\r\n".utf8),
            expected: Array("+OK\r\n+PONG\r\n".utf8)
        )
    }

    func prepare() async throws {
        var lines = [
            "bind 127.0.0.1",
            "port \(site.ports.redis)",
            "requirepass \(site.credentials.redis)",
            "dir \(site.store)",
            "daemonize no",
            "save \"\"",
            "appendonly no",
        ]
        if let certificates = site.certificates {
            lines += [
                "tls-port \(site.ports.rediss)",
                "tls-cert-file \(certificates.server)",
                "tls-key-file \(site.key)",
                "tls-ca-cert-file \(certificates.authority)",
                "tls-auth-clients no",
            ]
        }
        try site.configure("redis.conf", lines)
    }

    func command() throws -> LoggedCommand {
        try site.command(.redis, ["\(site.directory)/redis.conf"])
    }
}
