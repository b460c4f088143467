import TestSupport
import Testing

/// Schedules under crashes and freezes, in virtual time.
@Suite("Simulated schedules", .serialized)
struct ScheduleSimulationTests {
    @Test("a schedule of every minute is fired once each time, while coordinators are killed")
    func once() async throws {
        for seed in UInt64(0)..<20 {
            let problems = try await Simulation.run(seed: seed) { simulation in
                try await ScheduledFleet(simulation).problems()
            }
            #expect(problems == [], "seed \(seed)")
        }
    }

    @Test("a coordinator that fires without the ledger's decision is found")
    func mutant() async throws {
        for seed in UInt64(0)..<100 {
            let problems = try? await Simulation.run(seed: seed) { simulation in
                try await ScheduledFleet(simulation, isUnasked: true).problems()
            }
            guard let problems else { continue }
            if problems.contains(where: { $0.contains("loads of") }) { return }
        }
        Issue.record("100 seeds did not show a firing with two loads")
    }

    @Test("the same seed gives the same run")
    func reproducible() async throws {
        let run = {
            try await Simulation.run(seed: 7) { simulation in
                _ = try await ScheduledFleet(simulation).problems()
                return simulation.clock.now.offset
            }
        }
        #expect(try await run() == run())
    }
}
