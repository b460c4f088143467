import AMQP
import Foundation
import Planning

/// The form of a warehouse's messages on their way: JSON with a version, under 1 KB, signed in a header.
///
/// `{"load":12,"ordinal":3,"pool":"default","ticket":"12.3.9c…","v":1,"warehouse":"3f9ac2d417e0"}`; an event
/// has no pool, ticket and warehouse, and where nobody needs a ticket there is none. Unknown fields are
/// ignored, so that a later version 1 can add some. The broker keeps headers where it moves
/// a message, from a retry queue or to the dead letters.
struct Envelope: Sendable {
    /// The version this code writes, and the only one it reads.
    static let version = 1
    /// The longest body that is read, in bytes.
    static let maximumSize = 1_024
    /// The media type of bodies.
    static let contentType = "application/json"
    /// The header of the signature.
    static let signature = "x-longshore-signature"

    /// The random name of the warehouse.
    let warehouse: String
    /// What its programs sign with.
    let key: MessageKey

    private struct Wire: Codable {
        var v: Int
        var load: Int64?
        var ordinal: Int?
        var pool: String?
        var warehouse: String?
        var ticket: String?
    }

    /// The version alone, for bodies whose other fields may mean anything.
    private struct Version: Decodable {
        var v: Int
    }

    /// Writes a task message to a queue, with `headers` beside its signature.
    func letter(
        _ message: TaskMessage,
        to queue: String,
        headers: AMQPTable = [:]
    ) throws -> AMQPMessage {
        let task = message.task
        try PoolName.validate(message.pool)
        let body = try Self.encode(
            Wire(
                v: Self.version,
                load: task.load,
                ordinal: task.ordinal,
                pool: message.pool,
                warehouse: warehouse,
                ticket: message.ticket
            )
        )
        return AMQPMessage(
            routingKey: queue,
            body: body,
            headers: headers.merging(seal(.task, body)) { _, seal in seal },
            contentType: Self.contentType
        )
    }

    /// Writes an event to an exchange: a hint, which may vanish.
    func letter(_ event: TaskEvent, to exchange: String) throws -> AMQPMessage {
        let body = try Self.encode(
            Wire(v: Self.version, load: event.task.load, ordinal: event.task.ordinal)
        )
        return AMQPMessage(
            exchange: exchange,
            routingKey: "",
            body: body,
            headers: seal(.event, body),
            contentType: Self.contentType,
            isPersistent: false,
            isMandatory: false
        )
    }

    /// Reads a task message; `size` is the whole body's, of which `body` may be the beginning.
    ///
    /// Queues carry the warehouse's name, so another's comes only where somebody has moved it: its numbers
    /// mean something else here. A message that names none is of an older version, and so not signed. Of a body
    /// that is no message is told what is wrong with it, not that nobody has signed it.
    func task(
        in body: [UInt8],
        size: Int? = nil,
        headers: AMQPTable
    ) throws(EnvelopeError) -> TaskMessage {
        let wire = try Self.decode(body, size: size ?? body.count)
        guard wire.warehouse ?? warehouse == warehouse else { throw .stranger }
        guard let pool = wire.pool else { throw .missingField("pool") }
        guard PoolName.isValid(pool) else { throw .badField("pool") }
        // It becomes a parameter of a statement, which has no NUL.
        guard wire.ticket?.utf8.contains(0) != true else { throw .badField("ticket") }
        let message = TaskMessage(task: try Self.task(of: wire), pool: pool, ticket: wire.ticket)
        try verify(.task, body, headers)
        return message
    }

    /// Reads an event.
    func event(
        in body: [UInt8],
        size: Int? = nil,
        headers: AMQPTable
    ) throws(EnvelopeError) -> TaskEvent {
        let event = TaskEvent(
            task: try Self.task(of: Self.decode(body, size: size ?? body.count))
        )
        try verify(.event, body, headers)
        return event
    }

    private func seal(_ kind: MessageKey.Kind, _ body: [UInt8]) -> AMQPTable {
        [Self.signature: .string(key.signature(of: kind, body))]
    }

    private func verify(
        _ kind: MessageKey.Kind,
        _ body: [UInt8],
        _ headers: AMQPTable
    ) throws(EnvelopeError) {
        guard let signature = headers[Self.signature]?.string,
            key.accepts(signature, of: kind, body)
        else { throw .unsigned }
    }

    private static func encode(_ wire: Wire) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(wire))
    }

    private static func decode(_ body: [UInt8], size: Int) throws(EnvelopeError) -> Wire {
        guard size <= maximumSize else { throw .oversized(bytes: size) }
        let decoder = JSONDecoder()
        let data = Data(body)
        guard let found = try? decoder.decode(Version.self, from: data) else {
            throw isCutShort(body) ? .truncated : .garbage
        }
        guard found.v == version else { throw .unknownVersion(found.v) }
        guard let wire = try? decoder.decode(Wire.self, from: data) else { throw .garbage }
        return wire
    }

    private static func task(of wire: Wire) throws(EnvelopeError) -> LoadTaskID {
        guard let load = wire.load else { throw .missingField("load") }
        guard let ordinal = wire.ordinal else { throw .missingField("ordinal") }
        guard load > 0 else { throw .badField("load") }
        guard ordinal >= 0 else { throw .badField("ordinal") }
        return LoadTaskID(load: load, ordinal: ordinal)
    }

    /// Whether the body begins like an object and does not end like one.
    private static func isCutShort(_ body: [UInt8]) -> Bool {
        body.first == UInt8(ascii: "{") && body.last != UInt8(ascii: "}")
    }
}
