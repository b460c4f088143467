import Testing

@testable import Torture

@Suite struct SummaryTests {
    @Test("a summary says of each case what was expected, what was seen, and the time to recover")
    func cases() {
        let verdicts = [
            verdict("worker.kill.begun.1", recovery: .milliseconds(1240), deaths: 1),
            verdict("worker.kill.often", recovery: .seconds(12), deaths: 15),
            verdict("redis.oom", recovery: .zero, violations: ["I7: leases are left"]),
        ]
        #expect(
            Summary(of: verdicts).lines == [
                "case                 expected     deaths  recovered in  seen",
                "redis.oom            loaded once       0         0.0 s  I7: leases are left",
                "worker.kill.begun.1  loaded once       1         1.2 s  as expected",
                "worker.kill.often    loaded once      15        12.0 s  as expected",
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
