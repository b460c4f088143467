import Endpoints
import Testing

@Suite("Pauses between tries")
struct BackoffTests {
    @Test("a backoff doubles up to its longest pause")
    func backoff() {
        let backoff = Backoff(first: .seconds(1), longest: .seconds(10))
        let pauses = (1...6).map { backoff.pause(afterFailures: $0, jitter: 0) }
        #expect(pauses == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(backoff.pause(afterFailures: 1_000_000, jitter: 0) == .seconds(10))
    }

    @Test("jitter takes off at most half of a pause")
    func jitter() {
        let backoff = Backoff(first: .seconds(8), longest: .seconds(8))
        #expect(backoff.pause(afterFailures: 1, jitter: 0.5) == .seconds(6))
        #expect(backoff.pause(afterFailures: 1, jitter: 1) == .seconds(4))
    }
}
