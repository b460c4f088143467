import Planning
import Testing

@testable import Messaging

@Suite("The form of messages")
struct EnvelopeTests {
    private let warehouse = "3f9ac2d417e0"

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func error(_ text: String) -> EnvelopeError? {
        do throws(EnvelopeError) {
            _ = try Envelope.decodeMessage(bytes(text), of: warehouse)
            return nil
        } catch {
            return error
        }
    }

    @Test("a task message has this form")
    func form() throws {
        let body = try Envelope.encode(TaskMessage(3), of: warehouse)
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"load":7,"ordinal":3,"pool":"default","v":1,"warehouse":"3f9ac2d417e0"}"#
        )
    }

    @Test("any message comes back as it was, in less than 1 KB", arguments: 0..<200)
    func roundTrip(_: Int) throws {
        let alphabet = Array("abcxyzABCXYZ0189_-")
        let pool = String((0..<Int.random(in: 1...64)).compactMap { _ in alphabet.randomElement() })
        let id = LoadTaskID(load: .random(in: 1...(.max)), ordinal: .random(in: 0...(.max)))
        let message = TaskMessage(task: id, pool: pool)
        let body = try Envelope.encode(message, of: warehouse)
        #expect(body.count < 1_024)
        #expect(try Envelope.decodeMessage(body, of: warehouse) == message)
        let event = TaskEvent(task: id)
        #expect(try Envelope.decodeEvent(Envelope.encode(event)) == event)
    }

    @Test("every message cut short anywhere is `truncated`, or `garbage` when nothing is left")
    func truncated() throws {
        let body = try Envelope.encode(TaskMessage(3), of: warehouse)
        for length in 1..<body.count {
            let found = error(String(decoding: body[..<length], as: UTF8.self))
            #expect(found == .truncated)
        }
        #expect(error("") == .garbage)
    }

    @Test("a changed byte never crashes the reader", arguments: 0..<500)
    func mutated(_: Int) throws {
        var body = try Envelope.encode(TaskMessage(3), of: warehouse)
        for _ in 0...Int.random(in: 0..<4) {
            body[.random(in: body.indices)] = .random(in: 0...255)
        }
        _ = try? Envelope.decodeMessage(body, of: warehouse)
        _ = try? Envelope.decodeEvent(body)
    }

    @Test(
        "a message of an older version, which names no warehouse, is read where somebody moved it to"
    )
    func older() throws {
        let body = bytes(#"{"load":7,"ordinal":3,"pool":"default","v":1}"#)
        #expect(try Envelope.decodeMessage(body, of: warehouse) == TaskMessage(3))
    }

    @Test("random bytes are no message", arguments: 0..<200)
    func noise(_: Int) {
        let noise = (0..<Int.random(in: 0..<300)).map { _ in UInt8.random(in: 0...255) }
        #expect(throws: EnvelopeError.self) { try Envelope.decodeMessage(noise, of: warehouse) }
    }

    @Test(
        "what is wrong is told",
        arguments: [
            ("[]", EnvelopeError.garbage),
            (#"{"load":7}"#, .garbage),
            (#"{"v":1,"load":"7","ordinal":3,"pool":"p"}"#, .garbage),
            (#"{"v":2,"task":"7.3"}"#, .unknownVersion(2)),
            (#"{"v":1,"ordinal":3,"pool":"p"}"#, .missingField("load")),
            (#"{"v":1,"load":7,"pool":"p"}"#, .missingField("ordinal")),
            (#"{"v":1,"load":7,"ordinal":3}"#, .missingField("pool")),
            (#"{"v":1,"load":0,"ordinal":3,"pool":"p"}"#, .badField("load")),
            (#"{"v":1,"load":7,"ordinal":-1,"pool":"p"}"#, .badField("ordinal")),
            (#"{"v":1,"load":7,"ordinal":3,"pool":"a.b"}"#, .badField("pool")),
            (#"{"v":1,"load":7,"ordinal":3,"pool":""}"#, .badField("pool")),
            (#"{"v":1,"load":7,"ordinal":3,"pool":"p","warehouse":"ffffffffffff"}"#, .stranger),
        ]
    )
    func wrong(text: String, expected: EnvelopeError) {
        #expect(error(text) == expected)
    }

    @Test("a body over 1 KB is refused by its size, also when only its beginning is here")
    func oversized() {
        let long =
            #"{"v":1,"load":7,"ordinal":3,"pool":"p","x":""# + String(repeating: "x", count: 1_000)
        #expect(error(long + #""}"#) == .oversized(bytes: long.utf8.count + 2))
        #expect(throws: EnvelopeError.oversized(bytes: 5_000)) {
            try Envelope.decodeMessage(bytes("{"), size: 5_000, of: warehouse)
        }
    }

    @Test("a pool that cannot name a queue is not published")
    func badPool() {
        #expect(throws: MessagingError.self) {
            try Envelope.encode(TaskMessage(1, pool: "a b"), of: warehouse)
        }
    }
}
