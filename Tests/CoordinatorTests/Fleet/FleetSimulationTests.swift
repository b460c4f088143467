import Foundation
import Planning
import TestSupport
import Testing

/// The one promise, under random crashes, freezes, cuts, delays, duplicates, losses and reordering.
///
/// A failing seed says how to replay it: the environment variable `LONGSHORE_SEEDS` names one seed, or a
/// range of them as `make simulate` does.
@Suite(.serialized) struct FleetSimulationTests {
    @Test("every task takes effect exactly once and the load ends, whatever fails meanwhile")
    func exactlyOnce() async throws {
        let seeds = try SeedRange.chosen(otherwise: 0..<300)
        var deaths = 0
        var disturbances = 0
        var repeated = 0
        var orders = 0
        var crashes = 0
        var neighbours = 0
        for try await (seed, result) in Self.results(of: seeds) {
            deaths += result.deaths
            disturbances += result.disturbances
            orders += result.orders
            crashes += result.crashes
            neighbours += result.others.isEmpty ? 0 : 1
            repeated += result.attempts > result.tasks ? 1 : 0
            #expect(
                result.problems.isEmpty,
                "replay it with: make simulate SEEDS=\(seed)"
            )
        }
        guard seeds.count >= 100 else { return }
        // The faults were really there.
        #expect(deaths > seeds.count)
        #expect(disturbances > seeds.count)
        #expect(orders > seeds.count / 2)
        #expect(crashes > seeds.count / 10)
        #expect(neighbours > seeds.count / 10)
        #expect(repeated > seeds.count / 2)
    }

    @Test("a bug that is planted is found", arguments: Mutant.allCases)
    func mutants(mutant: Mutant) async throws {
        for try await (_, result) in Self.results(of: 0..<300, mutant: mutant)
        where result.problems.contains(where: { $0.contains(mutant.symptom) }) {
            return
        }
        Issue.record("300 seeds did not show that `\(mutant.symptom)`")
    }

    @Test("the same seed gives the same run", arguments: [3, 14, 159] as [UInt64])
    func reproducible(seed: UInt64) async throws {
        let runs = try await [run(seed), run(seed)]
        #expect(runs[0] == runs[1])
    }

    private func run(_ seed: UInt64) async throws -> [Int] {
        let result = try await Simulation.run(seed: seed) { try await Fleet($0).run() }
        return result.loads.flatMap { $0.rows.map(\.attempts) } + [result.deaths]
    }

    /// The results in the order in which they come, as many simulations at a time as there are
    /// processors.
    private static func results(
        of seeds: Range<UInt64>,
        mutant: Mutant? = nil
    ) -> AsyncThrowingStream<(UInt64, FleetResult), any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                await withTaskGroup(of: (UInt64, FleetResult).self) { group in
                    var waiting = seeds.makeIterator()
                    let start = { (group: inout TaskGroup<(UInt64, FleetResult)>) in
                        guard !Task.isCancelled, let seed = waiting.next() else { return }
                        group.addTask {
                            do {
                                return try await Simulation.run(seed: seed) { simulation in
                                    (seed, try await Fleet(simulation, mutant: mutant).run())
                                }
                            } catch {
                                return (seed, FleetResult(violations: ["\(error)"]))
                            }
                        }
                    }
                    for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { start(&group) }
                    while let result = await group.next() {
                        continuation.yield(result)
                        start(&group)
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }
}

/// The seeds to simulate.
enum SeedRange {
    struct Unreadable: Error, CustomStringConvertible {
        let text: String
        var description: String {
            "LONGSHORE_SEEDS is `\(text)`; expected one seed, as in 4711, or a range, as in 0..<10000"
        }
    }

    /// What `LONGSHORE_SEEDS` names, or `usual` when it is not set.
    static func chosen(otherwise usual: Range<UInt64>) throws -> Range<UInt64> {
        guard let text = ProcessInfo.processInfo.environment["LONGSHORE_SEEDS"] else {
            return usual
        }
        let bounds = text.split(separator: "..<").map { UInt64($0) }
        if bounds.count == 1, let seed = bounds[0] { return seed..<(seed + 1) }
        if bounds.count == 2, let first = bounds[0], let end = bounds[1], first < end {
            return first..<end
        }
        throw Unreadable(text: text)
    }
}
