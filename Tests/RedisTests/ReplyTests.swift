import Testing

@testable import Redis

@Suite("Replies and the protocol")
struct ReplyTests {
    @Test("replies are the same however their bytes are cut")
    func everyBoundary() throws {
        let text =
            "+OK\r\n:-42\r\n$5\r\na\r\nbc\r\n*3\r\n$-1\r\n*1\r\n:1\r\n-OOM full\r\n$0\r\n\r\n*-1\r\n"
        let bytes = Array(text.utf8)
        let expected: [RedisReply] = [
            .status("OK"), .integer(-42), .bytes(Array("a\r\nbc".utf8)),
            .array([.null, .array([.integer(1)]), .error(.server("OOM full"))]), .bytes([]), .null,
        ]
        for cut in 0...bytes.count {
            #expect(try replies(in: [Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
        }
        #expect(try replies(in: bytes.map { [$0] }) == expected)
    }

    @Test(
        "what no Redis says is refused",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n", "\u{0}\u{1}", "$x\r\n", ":x\r\n", "*x\r\n",
            "*9999999999999\r\n", String(repeating: "*1\r\n", count: 20),
        ]
    )
    func garbage(_ text: String) throws {
        let error = #expect(throws: RedisError.self) { try replies(in: [Array(text.utf8)]) }
        #expect(error?.code == .protocolViolation)
    }

    @Test("random bytes give replies or an error, never a crash")
    func randomBytes() {
        var generator = SeededGenerator(state: 20_240_101)
        let alphabet = Array("+-:$*019\r\n\u{0}a".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...40, using: &generator)
            let bytes = (0..<count).compactMap { _ in alphabet.randomElement(using: &generator) }
            _ = try? replies(in: [bytes])
        }
    }

    @Test("numbers are read from numbers and from digits")
    func integers() throws {
        #expect(try RedisReply.integer(7).integerValue == 7)
        #expect(try RedisReply.bytes(Array("-7".utf8)).integerValue == -7)
        #expect(throws: RedisError.self) { try RedisReply.bytes(Array("7a".utf8)).integerValue }
    }

    @Test("an unexpected kind of reply is named without its content")
    func unexpected() {
        let error = #expect(throws: RedisError.self) {
            try RedisReply.bytes(Array("secret".utf8)).arrayValue
        }
        #expect(error?.code == .unexpectedReply)
        #expect(error?.message == "Redis answered with a value; expected a list")
    }

    private func replies(in pieces: [[UInt8]]) throws -> [RedisReply] {
        let reader = ReplyReader(server: "redis://test")
        var replies: [RedisReply] = []
        for piece in pieces {
            try reader.feed(piece)
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
