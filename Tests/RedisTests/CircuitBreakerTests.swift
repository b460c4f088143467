import Testing

@testable import Redis

@Suite("The circuit breaker")
struct CircuitBreakerTests {
    let start = ContinuousClock.now
    let error = RedisError.server("ERR text")

    @Test("it refuses for 0.1 s, doubling up to 5 s, and not a moment longer")
    func schedule() {
        var breaker = CircuitBreaker()
        for milliseconds in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            breaker.recordFailure(error, at: start, jitter: 1)
            #expect(breaker.refusal(at: start + .milliseconds(milliseconds - 1)) != nil)
            #expect(breaker.refusal(at: start + .milliseconds(milliseconds)) == nil)
        }
    }

    @Test("jitter shortens the time")
    func jitter() {
        var breaker = CircuitBreaker()
        breaker.recordFailure(error, at: start, jitter: 0.5)
        #expect(breaker.refusal(at: start + .milliseconds(49)) != nil)
        #expect(breaker.refusal(at: start + .milliseconds(50)) == nil)
    }

    @Test("success makes it forget")
    func success() {
        var breaker = CircuitBreaker()
        #expect(breaker.refusal(at: start) == nil)
        breaker.recordFailure(error, at: start, jitter: 1)
        breaker.recordFailure(error, at: start, jitter: 1)
        breaker.recordSuccess()
        #expect(breaker.refusal(at: start) == nil)
        breaker.recordFailure(error, at: start, jitter: 1)
        #expect(breaker.refusal(at: start + .milliseconds(100)) == nil)
    }

    @Test("a refusal has the failure's code and says it")
    func reason() {
        var breaker = CircuitBreaker()
        breaker.recordFailure(error, at: start, jitter: 1)
        let refusal = breaker.refusal(at: start)
        #expect(refusal?.code == error.code)
        #expect(refusal?.message == "not tried for another 0.1 seconds, because \(error.message)")
    }
}
