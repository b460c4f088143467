import Postgres
import TestSupport
import Testing

@Suite("Notifications", .timeLimit(.minutes(1)))
struct NotificationTests {
    @Test("what another session says is heard, in its order, once it has committed")
    func heard() async throws {
        let configuration = try await freshConfiguration()
        let listener = try await PostgresConnection.connect(configuration)
        let speaker = try await PostgresConnection.connect(configuration)
        try await listener.query("listen harbour")
        #expect(try await listener.notification(within: .zero) == nil)
        try await speaker.transaction {
            try await speaker.query("select pg_notify('harbour', '7')")
            #expect(try await listener.notification(within: .milliseconds(300)) == nil)
        }
        try await speaker.query("notify harbour")
        try await speaker.query("notify elsewhere")
        let first = try await listener.notification(within: .seconds(20))
        let second = try await listener.notification(within: .seconds(20))
        #expect(first?.channel == "harbour")
        #expect([first?.payload, second?.payload] == ["7", ""])
        #expect(try await listener.notification(within: .zero) == nil)
        // It still answers.
        #expect(try await listener.query("select 1 as one").first?.text("one") == "1")
        await listener.close()
        await speaker.close()
    }

    @Test("waiting ends with its task, and with the server")
    func ends() async throws {
        let configuration = try await freshConfiguration()
        let listener = try await PostgresConnection.connect(configuration)
        try await listener.query("listen harbour")
        let waiting = Task { try await listener.notification(within: .seconds(3600)) }
        waiting.cancel()
        let cancelled = await postgresError { _ = try await waiting.value }
        #expect(cancelled?.code == .cancelled)
        #expect(listener.isUsable)

        let pid = try #require(listener.backendPID)
        let lost = Task { try await listener.notification(within: .seconds(3600)) }
        let other = try await PostgresConnection.connect(configuration)
        try await other.query("select pg_terminate_backend(\(pid)::int)")
        let error = await postgresError { _ = try await lost.value }
        #expect(error?.code == .connectionLost)
        #expect(!listener.isUsable)
        await other.close()
    }
}
