import AMQP
import Planning
import Testing

@testable import Messaging

@Suite("The form of messages")
struct EnvelopeTests {
    private let envelope = Envelope(warehouse: "3f9ac2d417e0", key: MessageKey("secret"))

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func error(_ text: String) -> EnvelopeError? {
        do throws(EnvelopeError) {
            _ = try envelope.task(in: bytes(text), headers: [:])
            return nil
        } catch {
            return error
        }
    }

    @Test("a task message has this form")
    func form() throws {
        let letter = try envelope.letter(TaskMessage(3), to: "queue", headers: ["x": 1])
        let body = #"{"load":7,"ordinal":3,"pool":"default","v":1,"warehouse":"3f9ac2d417e0"}"#
        #expect(String(decoding: letter.body, as: UTF8.self) == body)
        #expect(letter.routingKey == "queue")
        let signature = MessageKey("secret").signature(of: .task, Array(body.utf8))
        #expect(letter.headers == ["x": 1, "x-longshore-signature": .string(signature)])
    }

    @Test("a ticket is a part of the message, and signed with it")
    func ticket() throws {
        let ticket = "7.3." + String(repeating: "9c", count: 32)
        var message = TaskMessage(3)
        message.ticket = ticket
        let letter = try envelope.letter(message, to: "queue")
        let text = String(decoding: letter.body, as: UTF8.self)
        #expect(text.contains(#""pool":"default","ticket":"\#(ticket)","v":1"#))
        #expect(try envelope.task(in: letter.body, headers: letter.headers) == message)
        let other = bytes(text.replacing("9c9c", with: "9c9d"))
        #expect(throws: EnvelopeError.unsigned) {
            try envelope.task(in: other, headers: letter.headers)
        }
    }

    @Test("any message comes back as it was, in less than 1 KB", arguments: 0..<200)
    func roundTrip(_: Int) throws {
        let alphabet = Array("abcxyzABCXYZ0189_-")
        let pool = String((0..<Int.random(in: 1...64)).compactMap { _ in alphabet.randomElement() })
        let id = LoadTaskID(load: .random(in: 1...(.max)), ordinal: .random(in: 0...(.max)))
        let ticket = "\(id).\(String(repeating: "0", count: 64))"
        let message = TaskMessage(task: id, pool: pool, ticket: ticket)
        let letter = try envelope.letter(message, to: "queue")
        #expect(letter.body.count < 1_024)
        #expect(try envelope.task(in: letter.body, headers: letter.headers) == message)
        let event = TaskEvent(task: id)
        let hint = try envelope.letter(event, to: "events")
        #expect(try envelope.event(in: hint.body, headers: hint.headers) == event)
    }

    @Test("every message cut short anywhere is `truncated`, or `garbage` when nothing is left")
    func truncated() throws {
        let body = try envelope.letter(TaskMessage(3), to: "queue").body
        for length in 1..<body.count {
            let found = error(String(decoding: body[..<length], as: UTF8.self))
            #expect(found == .truncated)
        }
        #expect(error("") == .garbage)
    }

    @Test("a changed byte never crashes the reader", arguments: 0..<500)
    func mutated(_: Int) throws {
        let letter = try envelope.letter(TaskMessage(3), to: "queue")
        var body = letter.body
        for _ in 0...Int.random(in: 0..<4) {
            body[.random(in: body.indices)] = .random(in: 0...255)
        }
        let message = try? envelope.task(in: body, headers: letter.headers)
        #expect((message == nil) == (body != letter.body))
        #expect((try? envelope.event(in: body, headers: letter.headers)) == nil)
    }

    @Test("a message of an older version is not signed, whether it names the warehouse or not")
    func older() {
        for warehouse in ["", #","warehouse":"3f9ac2d417e0""#] {
            #expect(
                error(#"{"load":7,"ordinal":3,"pool":"default","v":1\#(warehouse)}"#) == .unsigned
            )
        }
    }

    @Test("the signature of another warehouse, message or kind is none")
    func forged() throws {
        let letter = try envelope.letter(TaskMessage(3), to: "queue")
        let event = try envelope.letter(TaskEvent(task: TaskMessage(3).task), to: "events")
        let foreign = try Envelope(warehouse: envelope.warehouse, key: MessageKey("another"))
            .letter(TaskMessage(3), to: "queue")
        let other = try envelope.letter(TaskMessage(4), to: "queue")
        for headers in [foreign.headers, other.headers, [Envelope.signature: ""], [:]] {
            #expect(throws: EnvelopeError.unsigned) {
                try envelope.task(in: letter.body, headers: headers)
            }
            #expect(throws: EnvelopeError.unsigned) {
                try envelope.event(in: event.body, headers: headers)
            }
        }
        // The body of a task message has all that an event needs.
        #expect(throws: EnvelopeError.unsigned) {
            try envelope.event(in: letter.body, headers: letter.headers)
        }
    }

    @Test("random bytes are no message", arguments: 0..<200)
    func noise(_: Int) {
        let noise = (0..<Int.random(in: 0..<300)).map { _ in UInt8.random(in: 0...255) }
        #expect(throws: EnvelopeError.self) { try envelope.task(in: noise, headers: [:]) }
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
            (#"{"v":1,"load":7,"ordinal":3,"pool":"p","ticket":"7.3\u0000"}"#, .badField("ticket")),
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
            try envelope.task(in: bytes("{"), size: 5_000, headers: [:])
        }
    }

    @Test("a pool that cannot name a queue is not published")
    func badPool() {
        #expect(throws: MessagingError.self) {
            try envelope.letter(TaskMessage(1, pool: "a b"), to: "queue")
        }
    }
}
