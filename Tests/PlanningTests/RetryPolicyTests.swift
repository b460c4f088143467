import Planning
import Testing

@Suite struct RetryPolicyTests {
    @Test("the delays grow from a second to ten minutes and stay there")
    func schedule() {
        let policy = RetryPolicy(maximumAttempts: 8)
        let delays = (1...7).map { policy.tier(afterFailures: $0)?.rawValue }
        #expect(delays == [1, 5, 30, 120, 600, 600, 600])
    }

    @Test("after the last attempt there is no retry")
    func exhausted() {
        let policy = RetryPolicy(maximumAttempts: 3)
        #expect(policy.tier(afterFailures: 2) == .fiveSeconds)
        #expect(policy.tier(afterFailures: 3) == nil)
        #expect(policy.tier(afterFailures: 4) == nil)
    }

    @Test("after the death of its worker a task waits five seconds at most")
    func deaths() {
        let policy = RetryPolicy(maximumCrashes: 6)
        let delays = (1...6).map { policy.tier(afterCrashes: $0)?.rawValue }
        #expect(delays == [1, 1, 1, 5, 5, nil])
    }

    @Test("failures of the fleet's servers have no budget, and wait half a minute at most")
    func outages() {
        let delays = [1, 2, 3, 4, 1000].map { RetryPolicy().tier(afterOutages: $0).rawValue }
        #expect(delays == [1, 5, 5, 30, 30])
    }

    @Test("the tier for a time is the longest that is over by then")
    func fitting() {
        let times: [Duration] = [
            .zero, .milliseconds(900), .seconds(29), .seconds(30), .seconds(7200),
        ]
        #expect(times.map { RetryTier.fitting($0).rawValue } == [1, 1, 5, 30, 600])
    }

    @Test("the tier that covers a time is the shortest that is not over before")
    func covering() {
        let times: [Duration] = [
            .zero, .milliseconds(900), .seconds(5), .milliseconds(5001), .seconds(7200),
        ]
        #expect(times.map { RetryTier.covering($0).rawValue } == [1, 1, 5, 30, 600])
    }
}
