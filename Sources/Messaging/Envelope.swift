import Foundation
import Planning

/// The form of messages on their way: JSON with a version, under 1 KB.
///
/// `{"load":12,"ordinal":3,"pool":"default","v":1,"warehouse":"3f9ac2d417e0"}`; an event has no pool and no
/// warehouse. Unknown fields are ignored, so that a later version 1 can add some.
enum Envelope {
    /// The version this code writes, and the only one it reads.
    static let version = 1
    /// The longest body that is read, in bytes.
    static let maximumSize = 1_024
    /// The media type of bodies.
    static let contentType = "application/json"

    private struct Wire: Codable {
        var v: Int
        var load: Int64?
        var ordinal: Int?
        var pool: String?
        var warehouse: String?
    }

    /// The version alone, for bodies whose other fields may mean anything.
    private struct Version: Decodable {
        var v: Int
    }

    /// Writes a task message of a warehouse.
    static func encode(_ message: TaskMessage, of warehouse: String) throws -> [UInt8] {
        let task = message.task
        try PoolName.validate(message.pool)
        return try encode(
            Wire(
                v: version,
                load: task.load,
                ordinal: task.ordinal,
                pool: message.pool,
                warehouse: warehouse
            )
        )
    }

    static func encode(_ event: TaskEvent) throws -> [UInt8] {
        try encode(Wire(v: version, load: event.task.load, ordinal: event.task.ordinal))
    }

    /// Reads a task message of a warehouse; `size` is the whole body's, of which `body` may be the beginning.
    ///
    /// Queues carry the warehouse's name, so another's comes only where somebody has moved it: its numbers
    /// mean something else here. A message that names none is of an older version, moved here by hand.
    static func decodeMessage(
        _ body: [UInt8],
        size: Int? = nil,
        of warehouse: String
    ) throws(EnvelopeError) -> TaskMessage {
        let wire = try decode(body, size: size ?? body.count)
        guard wire.warehouse ?? warehouse == warehouse else { throw .stranger }
        guard let pool = wire.pool else { throw .missingField("pool") }
        guard PoolName.isValid(pool) else { throw .badField("pool") }
        return TaskMessage(task: try task(of: wire), pool: pool)
    }

    /// Reads an event.
    static func decodeEvent(_ body: [UInt8], size: Int? = nil) throws(EnvelopeError) -> TaskEvent {
        TaskEvent(task: try task(of: decode(body, size: size ?? body.count)))
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
