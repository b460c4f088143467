import Planning
import TestSupport
import Testing

/// The one promise, under random crashes, delays, duplicates, losses and reordering.
///
/// Every simulation has a thread of its own, so they run one after the other.
@Suite(.serialized) struct FleetSimulationTests {
    private static let seedsPerTest: UInt64 = 20

    @Test(
        "every task takes effect exactly once and the load ends",
        arguments: 0..<15 as Range<UInt64>
    )
    func exactlyOnce(block: UInt64) async throws {
        var deaths = 0
        var attempts = 0
        var tasks = 0
        for seed in block * Self.seedsPerTest..<(block + 1) * Self.seedsPerTest {
            let result = try await Simulation.run(seed: seed) { simulation in
                try await Fleet(simulation).run()
            }
            #expect(result.state == .loaded, "seed \(seed)")
            #expect(
                result.rows.allSatisfy { $0.state == .done && $0.effects == 1 },
                "seed \(seed)"
            )
            #expect(result.violations.isEmpty, "seed \(seed)")
            #expect(result.messagesLeft == 0, "seed \(seed)")
            #expect(result.time < .seconds(3600), "seed \(seed)")
            deaths += result.deaths
            attempts += result.rows.reduce(0) { $0 + $1.attempts }
            tasks += result.rows.count
        }
        // The faults were really there.
        #expect(deaths > 100)
        #expect(attempts > tasks + tasks / 20)
    }

    @Test("the same seed gives the same run", arguments: [3, 14, 159] as [UInt64])
    func reproducible(seed: UInt64) async throws {
        let runs = try await [run(seed), run(seed)]
        #expect(runs[0] == runs[1])
    }

    private func run(_ seed: UInt64) async throws -> [Int] {
        let result = try await Simulation.run(seed: seed) { try await Fleet($0).run() }
        return result.rows.map(\.attempts) + [result.deaths]
    }
}
