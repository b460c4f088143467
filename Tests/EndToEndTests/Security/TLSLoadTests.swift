import Endpoints
import Foundation
import TestSupport
import Testing

/// Loads over TLS with certificates that are verified.
@Suite("TLS to all three servers", .serialized)
struct TLSLoadTests {
    private static let pipeline = Harbour.pipeline("callcenter")

    /// The servers with TLS by way of a host, trusting an authority.
    private func servers(
        _ harbour: Harbour,
        _ secured: SecuredServers,
        host: String = "localhost",
        authority: String
    ) throws -> [String: String] {
        let database = try ConnectionURL(harbour.databaseURL).path
        let postgres = secured.postgresURL(host: host, trusting: authority)
        let shared = try ConnectionURL(postgres).path
        return [
            "LONGSHORE_AMQP_URL": secured.amqpsURL(host: host) + "?cacertfile=\(authority)",
            "LONGSHORE_POSTGRES_URL": postgres.replacing("/\(shared)?", with: "/\(database)?"),
            "LONGSHORE_REDIS_URL": secured.redissURL(host: host) + "?cacertfile=\(authority)",
        ]
    }

    @Test("a load whose every connection is verified ends as any other")
    func load() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let secured = try await TestStack.shared().tls
        let program = harbour.program.with(
            try servers(harbour, secured, authority: secured.caFile)
        )
        let worker = try program.start(["worker"])
        let load = try program.start(["load", Self.pipeline, "--periods", "2024-01"])
        await eventually(within: .seconds(30), "sessions are seen, all of them with TLS") {
            let seen = try? await harbour.ask(
                """
                select count(*) > 1 and bool_and(s.ssl) from pg_stat_activity a
                join pg_stat_ssl s using (pid)
                where a.datname = current_database() and a.pid <> pg_backend_pid()
                """
            )
            return seen == ["t"]
        }
        let run = try await load.finish()
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(try await harbour.ask("select count(*) > 400 from callcenter.fact_call") == ["t"])
    }

    @Test(
        "a server that is not proven to be the right one is refused with one line",
        arguments: [("AMQP", "RabbitMQ"), ("POSTGRES", "Postgres"), ("REDIS", "Redis")],
        [true, false]
    )
    func refused(_ server: (variable: String, name: String), isWrongHost: Bool) async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 100)
        let secured = try await TestStack.shared().tls
        let right = try servers(harbour, secured, authority: secured.caFile)
        let wrong = try servers(
            harbour,
            secured,
            host: isWrongHost ? "127.0.0.1" : "localhost",
            authority: isWrongHost ? secured.caFile : secured.otherCAFile
        )
        let name = "LONGSHORE_\(server.variable)_URL"
        let program = harbour.program.with(right).with([name: try #require(wrong[name])])
        let run = try await program.run(
            "load",
            Self.pipeline,
            "--periods",
            "2024-01",
            "--workers",
            "1"
        )
        #expect(run.exitCode == 69, "\(run.errors)")
        let lines = run.errors.split(whereSeparator: \.isNewline)
        #expect(lines.count == 1, "\(run.errors)")
        #expect(lines.first?.hasPrefix("error: \(server.name): ") == true, "\(run.errors)")
        #expect(run.errors.contains("certificate"), "\(run.errors)")
        let password = try ConnectionURL(try #require(wrong[name])).password?.revealed ?? ""
        #expect(!run.errors.contains(password))
    }
}
