import Endpoints
import Redis
import TestSupport
import Testing

@Suite("Commands to a real server")
struct CommandTests {
    let redis: RedisClient

    init() throws {
        redis = try client(try sharedServer.get().url)
    }

    @Test("every kind of reply arrives as what it is")
    func kinds() async throws {
        #expect(try await redis.send(["SET", "kinds", "5"]) == .status("OK"))
        #expect(try await redis.send(["INCR", "kinds"]) == .integer(6))
        #expect(try await redis.send(["GET", "kinds"]) == .bytes(Array("6".utf8)))
        #expect(try await redis.send(["GET", "kinds:none"]) == .null)
        #expect(try await redis.send(["LRANGE", "kinds:none", 0, -1]) == .array([]))
    }

    @Test("values are kept byte by byte, NUL and line ends among them")
    func binary() async throws {
        let value = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) } + [0, 13, 10, 0]
        _ = try await redis.send(["SET", .init([0, 13, 10, 255]), .init(value)])
        #expect(try await redis.send(["GET", .init([0, 13, 10, 255])]).bytesValue == value)
        _ = try await redis.send(["SET", "binary:empty", ""])
        #expect(try await redis.send(["GET", "binary:empty"]) == .bytes([]))
    }

    @Test("lists in lists keep their shape, errors inside them too")
    func nested() async throws {
        let script = RedisScript(
            "return {1, {'a', {'b', {}}}, redis.error_reply('BAD luck'), false}"
        )
        let list = try await redis.run(script).arrayValue
        #expect(list.count == 4)
        #expect(list[0] == .integer(1))
        #expect(
            list[1] == .array([.bytes([97]), .array([.bytes([98]), .array([])])])
        )
        #expect(throws: RedisError.self) { try list[2].stringValue }
        #expect(list[3] == .null)
    }

    @Test("a pipeline of 10,000 commands gets its replies in order")
    func pipeline() async throws {
        let replies = try await redis.pipeline(
            (0..<10_000).map { ["ECHO", .init($0)] }
        )
        #expect(try replies.map { (reply) throws in try reply.integerValue } == Array(0..<10_000))
    }

    @Test("a pipeline larger than every buffer on the way does not block itself")
    func largePipeline() async throws {
        let value = [UInt8](repeating: 7, count: 100_000)
        let replies = try await redis.pipeline(
            Array(repeating: ["ECHO", .init(value)], count: 100)
        )
        #expect(replies == Array(repeating: .bytes(value), count: 100))
    }

    @Test("a refused command in a pipeline spoils only its own reply")
    func pipelineWithError() async throws {
        let replies = try await redis.pipeline([
            ["SET", "spoil", "text"], ["INCR", "spoil"], ["GET", "spoil"],
        ])
        #expect(replies[0] == .status("OK"))
        #expect(throws: RedisError.self) { try replies[1].integerValue }
        #expect(try replies[2].stringValue == "text")
        #expect(try await redis.pipeline([]) == [])
    }

    @Test("a refused command throws, and the next one works on the same connection")
    func refusal() async throws {
        let before = try await redis.send(["CLIENT", "ID"])
        let error = await failure(of: try await redis.send(["GET"]))
        #expect(error?.code == .server(prefix: "ERR"))
        #expect(error?.isRetryable == false)
        #expect(try await redis.send(["CLIENT", "ID"]) == before)
    }

    @Test("the message of an unknown command does not repeat its arguments")
    func unknownCommand() async throws {
        let error = await failure(of: try await redis.send(["NOSUCH", "a-secret"]))
        #expect(error?.message.contains("NOSUCH") == true)
        #expect(error?.message.contains("a-secret") == false)
    }

    @Test("a command without words is refused before it is sent")
    func emptyCommand() async throws {
        let before = try await redis.send(["CLIENT", "ID"])
        let error = await failure(of: try await redis.send([]))
        #expect(error?.code == .invalidInput)
        #expect(try await redis.send(["CLIENT", "ID"]) == before)
    }

    @Test("a script runs, also after the server has forgotten it")
    func scripts() async throws {
        let script = RedisScript("return KEYS[1] .. ARGV[1]")
        for _ in 0..<3 {
            _ = try await redis.send(["SCRIPT", "FLUSH"])
            for _ in 0..<2 {
                let reply = try await redis.run(script, keys: ["key:"], arguments: ["argument"])
                #expect(try reply.stringValue == "key:argument")
            }
        }
    }

    @Test("a script's digest is the one that the server computes")
    func digest() async throws {
        let script = RedisScript("return 'é'")
        let reply = try await redis.send(["SCRIPT", "LOAD", .init(script.source)])
        #expect(try reply.stringValue == script.digest)
    }

    @Test("a script that fails throws")
    func scriptFailure() async throws {
        let error = await failure(
            of: try await redis.run(RedisScript("return redis.error_reply('BUSY come back')"))
        )
        #expect(error?.code == .server(prefix: "BUSY"))
        #expect(error?.isRetryable == true)
    }

    @Test("the URL's database is used, and the client's name is shown")
    func databaseAndName() async throws {
        let url = try ConnectionURL(try sharedServer.get().url + "/3")
        var configuration = try RedisConfiguration(url: url)
        configuration.clientName = "a-name"
        let named = RedisClient(configuration)
        let info = try await named.send(["CLIENT", "INFO"]).stringValue
        #expect(info.contains("db=3"))
        #expect(info.contains("name=a-name"))
    }

    @Test("many callers at a time get each its own reply")
    func concurrentCallers() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await redis.send(["ECHO", .init(number)]).integerValue == number
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
    }

    @Test("a closed client refuses every call")
    func closed() async throws {
        await redis.close()
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .closed)
    }
}
