import Foundation
import Redis
import TestSupport
import Testing

@Suite("Servers that fail", .timeLimit(.minutes(2)))
struct FailureTests {
    @Test("a server that never answers costs a call its deadline, and the next one nothing")
    func silence() async throws {
        let server = try FakeServer([.silence])
        let redis = try client(of: server, timeout: .milliseconds(300))
        let clock = ContinuousClock()
        let start = clock.now
        let first = await failure(of: try await redis.send(["GET", "a"]))
        let afterFirst = clock.now
        let second = await failure(of: try await redis.send(["GET", "a"]))
        #expect(first?.code == .timeout)
        #expect(first?.isRetryable == true)
        #expect((.milliseconds(300) ... .seconds(5)).contains(afterFirst - start))
        #expect(second?.code == .timeout)
        #expect(second?.message.hasPrefix("not tried for another") == true)
        #expect(server.commandCount == 2)
    }

    @Test("a frozen server costs a call its deadline, and answers again when it is thawed")
    func frozen() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url, timeout: .milliseconds(300))
        #expect(try await redis.send(["PING"]) == .status("PONG"))
        server.freeze()
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .timeout)
        server.thaw()
        await eventually("the thawed server answers") {
            (try? await redis.send(["PING"])) == .status("PONG")
        }
    }

    @Test("an answer that comes after the deadline is not taken for the next call's")
    func lateAnswer() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url)
        let slow = await failure(
            of: try await redis.send(["BLPOP", "nothing", 1], timeout: .milliseconds(100))
        )
        #expect(slow?.code == .timeout)
        await eventually("the next call gets its own answer") {
            (try? await redis.send(["ECHO", "mine"])) == .bytes(Array("mine".utf8))
        }
    }

    @Test("where nothing listens a call is refused at once")
    func deadServer() async throws {
        let server = try PrivateRedisServer()
        server.kill()
        let redis = try client(server.url)
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .connectionRefused)
        #expect(error?.isRetryable == true)
        #expect(error?.message.contains(server.url) == true)
    }

    /// A name that is none is refused without asking a name server, which need not be there.
    @Test("a host without an address is named")
    func unknownHost() async throws {
        let redis = try client("redis://no..such.host", allowsPlaintext: true)
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .hostUnreachable)
        #expect(error?.message.contains("no..such.host") == true)
    }

    @Test("a server killed in the middle of a call fails it, and the next call finds it back")
    func killedMidCall() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url, timeout: .seconds(60))
        let observer = try client(server.url)
        let call = Task {
            await failure(of: try await redis.send(["BLPOP", "list", 0]))
        }
        await eventually("the first call blocks") {
            (try? await observer.send(["INFO", "clients"]).stringValue)?
                .contains("blocked_clients:1") == true
        }
        server.kill()
        #expect(try await call.value?.code == .connectionLost)
        try server.restart()
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }

    @Test("a server restarted between two calls fails none of them")
    func restartedBetweenCalls() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url)
        for _ in 0..<5 {
            #expect(try await redis.send(["PING"]) == .status("PONG"))
            try server.restart()
        }
    }

    @Test("a large command to a server that dies fails")
    func diesWhileReceiving() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url, timeout: .seconds(60))
        _ = try await redis.send(["PING"])
        server.freeze()
        let value = RedisArgument([UInt8](repeating: 1, count: 20_000_000))
        let call = Task {
            await failure(of: try await redis.send(["SET", "large", value]))
        }
        server.kill()
        #expect(try await call.value?.isRetryable == true)
    }

    @Test(
        "refusals are told apart by their first word",
        arguments: [
            ("-READONLY You can't write against a read only replica.", "READONLY", true),
            ("-OOM command not allowed when used memory > 'maxmemory'.", "OOM", true),
            ("-LOADING Redis is loading the dataset in memory", "LOADING", true),
            ("-NOPERM this user has no permissions", "NOPERM", false),
            ("-ERR wrong number of arguments", "ERR", false), ("-ALONE", "ALONE", false),
        ]
    )
    func refusals(_ answer: String, prefix: String, isRetryable: Bool) async throws {
        let server = try FakeServer([.bytes(answer + "\r\n"), .bytes("+OK\r\n")])
        let redis = try client(of: server)
        let error = await failure(of: try await redis.send(["SET", "a", 1]))
        #expect(error?.code == .server(prefix: prefix))
        #expect(error?.isRetryable == isRetryable)
        #expect(try await redis.send(["SET", "a", 1]) == .status("OK"))
        #expect(server.connectionCount == 1)
    }

    @Test("a server that still loads its data when we connect is reported as such")
    func loadingAtConnect() async throws {
        let server = try FakeServer([.bytes("-LOADING soon\r\n")], greets: false)
        let redis = try client(of: server)
        let error = await failure(of: try await redis.send(["GET", "a"]))
        #expect(error?.code == .server(prefix: "LOADING"))
    }

    @Test(
        "after garbage the connection is dropped",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "+OK\r\n+OK\r\n", "+OK\r\n$3\r\n", "\u{0}\u{0}",
        ]
    )
    func garbage(_ answer: String) async throws {
        let server = try FakeServer([.bytes(answer)])
        let redis = try client(of: server)
        let error = await failure(of: try await redis.send(["GET", "a"]))
        #expect(error?.code == .protocolViolation)
        let next = await failure(of: try await redis.send(["GET", "a"]))
        #expect(next?.message.hasPrefix("not tried for another") == true)
    }

    @Test("a server that hangs up loses the call, not the client")
    func hangUp() async throws {
        let server = try FakeServer([.bytes("+OK\r\n"), .hangUp])
        let redis = try client(of: server)
        #expect(try await redis.send(["SET", "a", 1]) == .status("OK"))
        let error = await failure(of: try await redis.send(["SET", "a", 1]))
        #expect(error?.code == .connectionLost)
        #expect(try await redis.send(["SET", "a", 1]) == .status("OK"))
        #expect(server.connectionCount == 2)
    }

    @Test("a reply that arrives byte by byte is whole")
    func byteByByte() async throws {
        let server = try FakeServer([.bytes("*2\r\n$4\r\n\r\n\r\n\r\n:12\r\n", piece: 1)])
        let redis = try client(of: server)
        let reply = try await redis.send(["GET", "a"])
        #expect(reply == .array([.bytes(Array("\r\n\r\n".utf8)), .integer(12)]))
    }

    @Test("cancelling the task ends its call at once")
    func cancellation() async throws {
        let server = try FakeServer([.silence])
        let redis = try client(of: server, timeout: .seconds(60))
        let call = Task {
            await failure(of: try await redis.send(["GET", "a"]))
        }
        await eventually("the command has arrived") { server.commandCount == 2 }
        let start = ContinuousClock.now
        call.cancel()
        #expect(try await call.value?.code == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("cancelling a call that waits its turn leaves the one before it alone")
    func cancellationOfAnotherCall() async throws {
        let server = try PrivateRedisServer()
        let redis = try client(server.url, timeout: .seconds(60))
        let observer = try client(server.url)
        let first = Task { try await redis.send(["BLPOP", "list", 0]) }
        await eventually("the first call blocks") {
            (try? await observer.send(["INFO", "clients"]).stringValue)?
                .contains("blocked_clients:1") == true
        }
        let second = Task {
            await failure(of: try await redis.send(["PING"]))
        }
        second.cancel()
        _ = try await observer.send(["RPUSH", "list", "value"])
        #expect(try await first.value.arrayValue.last == .bytes(Array("value".utf8)))
        #expect(try await second.value?.code == .cancelled)
        #expect(try await redis.send(["PING"]) == .status("PONG"))
    }
}
