import Endpoints
import TestSupport

@testable import Redis

/// A server for the tests that neither harm it nor mind what others keep there.
let sharedServer = Result { try PrivateRedisServer() }

func client(
    _ url: String,
    timeout: Duration = .seconds(10),
    allowsPlaintext: Bool = false
) throws -> RedisClient {
    RedisClient(
        try RedisConfiguration(
            url: try ConnectionURL(url),
            allowsPlaintext: allowsPlaintext,
            timeout: timeout
        )
    )
}

/// A client that after a failure tries nothing for so long that a test sees it.
func client(of server: FakeServer, timeout: Duration = .seconds(10)) throws -> RedisClient {
    RedisClient(
        try RedisConfiguration(url: try ConnectionURL(server.url), timeout: timeout),
        breaker: CircuitBreaker(shortestPause: .seconds(600), longestPause: .seconds(600))
    )
}

/// The error that `call` throws.
func failure<Reply>(of call: @autoclosure () async throws -> Reply) async -> RedisError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? RedisError
    }
}
