import Endpoints
import Loopback
import Postgres
import TestSupport
import Testing

@Suite("A network that fails", .timeLimit(.minutes(2)))
struct NetworkTests {
    /// A connection through a proxy, with little patience.
    private func connect(
        _ body: (PostgresConnection, FaultProxy) async throws -> Void
    ) async throws {
        let url = try await TestStack.shared().postgresURL
        let address = try ConnectionURL(url)
        let port = try #require(address.port)
        let proxy = try FaultProxy(to: port)
        defer { proxy.close() }
        var configuration = try PostgresConfiguration(
            url: url.replacing(":\(port)/", with: ":\(proxy.port)/")
        )
        configuration.cancellationGrace = .milliseconds(300)
        try await body(PostgresConnection.connect(configuration), proxy)
    }

    @Test("a connection that is cut during a statement is lost, and that is retryable")
    func noticesCut() async throws {
        try await connect { connection, proxy in
            let task = Task { try await connection.query("select pg_sleep(600)") }
            // Whether the cut comes before, while or after the statement is sent is all the same.
            proxy.cut()
            let error = await postgresError { _ = try await task.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.isRetryable == true)
            #expect(!connection.isUsable)
        }
    }

    @Test("a connection that is cut during a COPY is lost")
    func noticesCutDuringCopy() async throws {
        try await connect { connection, proxy in
            try await connection.script("create temporary table t (a int)")
            let block = Array(repeatElement(Array("1\n".utf8), count: 100_000).joined())
            let error = await postgresError {
                try await connection.copyIn("copy t from stdin") { writer in
                    try await writer.write(block)
                    proxy.cut()
                    while true { try await writer.write(block) }
                }
            }
            #expect(error?.code == .connectionLost)
            #expect(!connection.isUsable)
        }
    }

    @Test("a connection whose server does not even answer a cancellation is given up")
    func abandonsConnection() async throws {
        try await connect { connection, proxy in
            let pid = try #require(connection.backendPID)
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await withConnection { observer in
                await eventually("the statement runs") {
                    try await observer
                        .query(
                            "select 1 from pg_stat_activity where pid = \(Int(pid)) and wait_event = 'PgSleep'"
                        )
                        .count == 1
                }
                proxy.set(.silent)
                task.cancel()
                let error = await postgresError { _ = try await task.value }
                #expect(error?.code == .cancelled)
                #expect(!connection.isUsable)
                try await observer.query(
                    "select pg_terminate_backend(\(Int(pid))::int)"
                )
            }
        }
    }
}
