import Testing

@testable import Torture

@Suite struct SummaryTests {
    @Test("a summary has a line for each group, with its slowest recovery")
    func groups() {
        let verdicts = [
            verdict("worker.kill.begun.1", recovery: .milliseconds(1240), deaths: 1),
            verdict("worker.kill.often", recovery: .seconds(12), deaths: 15),
            verdict("redis.oom", recovery: .zero, violations: ["I7: leases are left"]),
        ]
        #expect(
            Summary(of: verdicts).lines == [
                "group        cases  as expected  deaths  slowest recovery  of",
                "redis.oom        1            0       0             0.0 s  redis.oom",
                "worker.kill      2            2      16            12.0 s  worker.kill.often",
            ]
        )
    }

    @Test("the same seed gives a case the same luck, and another case other luck")
    func luck() {
        let numbers = { (seed: UInt64, stream: String) in
            let luck = Luck(seed: seed, stream: stream)
            return (0..<20).map { _ in luck.number(in: 0..<1000) }
        }
        #expect(numbers(7, "redis.oom") == numbers(7, "redis.oom"))
        #expect(numbers(7, "redis.oom") != numbers(8, "redis.oom"))
        #expect(numbers(7, "redis.oom") != numbers(7, "redis.slow"))
    }

    private func verdict(
        _ name: String,
        recovery: Duration,
        deaths: Int = 0,
        violations: [String] = []
    ) -> Verdict {
        Verdict(
            name: name,
            expected: "loaded once",
            violations: violations,
            time: .seconds(20),
            recovery: recovery,
            deaths: deaths
        )
    }
}
