import Messaging
import Planning
import TestSupport
import Testing

@Suite("The sweep of dead letters after a load")
struct DeadSweepTests {
    @Test("what the ledger calls settled goes; a ledger that does not answer leaves all as it is")
    func sweep() async throws {
        try await Fleet.with { fleet in
            let publisher = try await fleet.publisher()
            let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
            for ordinal in 1...2 {
                try await publisher.setAside(TaskMessage(ordinal), failure: failure)
            }
            let silent = DeadSweep(fleet.letters, logger: fleet.logger) { _ in
                throw TwinError(description: "the ledger is away")
            }
            await silent.tryToRun()
            await #expect(throws: TwinError.self) { try await silent.run() }
            let sweep = DeadSweep(fleet.letters, logger: fleet.logger) { tasks in
                tasks.filter { $0.ordinal == 1 }
            }
            #expect(try await sweep.run().letters.map(\.name) == ["7.2"])
            #expect(try await fleet.letters.read().letters.map(\.name) == ["7.2"])
            await publisher.close()
        }
    }
}
