import Ledger
import Testing

@testable import longshore

/// What a command leaves behind on servers.
@Suite("Connections of commands")
struct ClosedConnectionsTests {
    private struct Refused: Error {}

    @Test("a command leaves no connection to the ledger, whether it ends well or fails")
    func ledger() async throws {
        let harbour = try await Harbour.open()
        let fleet = try Fleet(
            amqp: "amqp://u:p@127.0.0.1:1/",
            postgres: harbour.databaseURL,
            redis: harbour.redisURL,
            isLocal: false,
            sources: SourceOptions.sources()
        )
        let good = try await fleet.withLedger { ledger in
            _ = try await ledger.warehouse()
            return ledger
        }
        var failed: PostgresLedger?
        await #expect(throws: Refused.self) {
            try await fleet.withLedger { ledger in
                failed = ledger
                _ = try await ledger.warehouse()
                throw Refused()
            }
        }
        for ledger in [good, try #require(failed)] {
            // Where the first connection were open still, it would be used again.
            #expect(await ledger.generation == 1)
            _ = try await ledger.warehouse()
            #expect(await ledger.generation == 2)
            await ledger.close()
        }
    }
}
