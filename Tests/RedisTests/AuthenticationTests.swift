import Redis
import TestSupport
import Testing

@Suite("Users and passwords")
struct AuthenticationTests {
    private static let server = Result {
        try PrivateRedisServer([
            "--requirepass", "p@ss word", "--user", "loader", "on", ">l0ader", "~*", "+@all",
        ])
    }
    private let authority: String

    init() throws {
        authority = "127.0.0.1:\(try Self.server.get().port)"
    }

    @Test("the default user's password lets a client in")
    func defaultUser() async throws {
        let redis = try client("redis://:p%40ss%20word@\(authority)")
        #expect(try await redis.send(["ACL", "WHOAMI"]).stringValue == "default")
    }

    @Test("a user's password lets a client in as that user")
    func namedUser() async throws {
        let redis = try client("redis://loader:l0ader@\(authority)")
        #expect(try await redis.send(["ACL", "WHOAMI"]).stringValue == "loader")
    }

    @Test(
        "a wrong password, an unknown user and no password are told apart, and not shown",
        arguments: [
            ("loader:wr0ng@", "WRONGPASS"), ("nobody:wr0ng@", "WRONGPASS"),
            (":wr0ng@", "WRONGPASS"),
            ("", "NOAUTH"),
        ]
    )
    func refused(_ credentials: String, prefix: String) async throws {
        let redis = try client("redis://\(credentials)\(authority)")
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .server(prefix: prefix))
        #expect(error?.isRetryable == false)
        #expect(error.map { "\($0)".contains("wr0ng") } == false)
        #expect("\(redis.configuration)".contains("wr0ng") == false)
    }
}
