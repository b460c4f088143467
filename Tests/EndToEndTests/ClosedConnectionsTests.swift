import Coordinator
import Ledger
import TestSupport
import Testing

@testable import longshore

/// What a command leaves behind on servers.
@Suite("Connections of commands", .timeLimit(.minutes(2)))
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
            _ = try await ledger.fleet.identity()
            return ledger
        }
        var failed: LedgerDesks?
        await #expect(throws: Refused.self) {
            try await fleet.withLedger { ledger in
                failed = ledger
                _ = try await ledger.fleet.identity()
                throw Refused()
            }
        }
        for ledger in [good, try #require(failed)] {
            // Where the first connection were open still, it would be used again.
            #expect(await ledger.coordination.generation == 1)
            _ = try await ledger.fleet.identity()
            #expect(await ledger.coordination.generation == 2)
            await ledger.close()
        }
    }

    @Test("a command that fails before its coordinator runs leaves no connection to the broker")
    func consumers() async throws {
        let harbour = try await Harbour.open()
        let fleet = try Fleet(
            amqp: try await TestStack.shared().amqpURL,
            postgres: harbour.databaseURL,
            redis: harbour.redisURL,
            isLocal: false,
            sources: SourceOptions.sources()
        )
        var events: EventHub?
        await #expect(throws: Refused.self) {
            try await fleet.withLedger { ledger in
                try await fleet.withWiring(as: ledger.fleet.membership()) { wiring in
                    events = try await wiring.coordinatorPorts(ledger: ledger).events
                    throw Refused()
                }
            }
        }
        // It ends with its connection.
        await events?.listen()
        #expect(events != nil)
    }
}
