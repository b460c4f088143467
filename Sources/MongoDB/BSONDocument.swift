/// A document in BSON (<https://bsonspec.org/spec.html>), as bytes that come from a server.
///
/// One that does not follow the format ends in an error, and is never read outside of its bytes.
struct BSONDocument {
    let bytes: [UInt8]

    /// An element: its type, and where its name and its value are.
    struct Element {
        var type: UInt8
        var name: Range<Int>
        var value: Range<Int>
    }

    /// How deep documents may lie in each other, as in MongoDB.
    static let deepest = 200

    static let malformed = MongoError(.malformed, "the server has sent a document that is none")

    /// Where the whole document is.
    var range: Range<Int> { 0..<bytes.count }

    /// The elements of a document that lies in a range of the bytes.
    func elements(in range: Range<Int>) throws(MongoError) -> [Element] {
        guard range.count >= 5, Int(int32(at: range.lowerBound)) == range.count,
            bytes[range.upperBound - 1] == 0
        else { throw Self.malformed }
        var elements: [Element] = []
        var place = range.lowerBound + 4
        while place < range.upperBound - 1 {
            let type = bytes[place]
            let nameEnd = try end(ofText: place + 1, before: range.upperBound - 1)
            let start = nameEnd + 1
            let length = try length(of: type, at: start, before: range.upperBound - 1)
            guard length >= 0, start + length <= range.upperBound - 1 else { throw Self.malformed }
            elements.append(
                Element(type: type, name: place + 1..<nameEnd, value: start..<start + length)
            )
            place = start + length
        }
        return elements
    }

    /// Where the text that begins at `start` has its zero.
    func end(ofText start: Int, before limit: Int) throws(MongoError) -> Int {
        guard start <= limit, let end = bytes[start..<limit].firstIndex(of: 0) else {
            throw Self.malformed
        }
        return end
    }

    func int32(at place: Int) -> Int32 {
        Int32(bitPattern: UInt32(truncatingIfNeeded: bits(at: place, 4)))
    }

    func int64(at place: Int) -> Int64 { Int64(bitPattern: bits(at: place, 8)) }

    private func bits(at place: Int, _ count: Int) -> UInt64 {
        var bits: UInt64 = 0
        for index in (0..<count).reversed() { bits = bits << 8 | UInt64(bytes[place + index]) }
        return bits
    }

    private func length(
        of type: UInt8,
        at place: Int,
        before limit: Int
    ) throws(MongoError) -> Int {
        switch type {
        case 0x06, 0x0a, 0x7f, 0xff: return 0
        case 0x08: return 1
        case 0x10: return 4
        case 0x01, 0x09, 0x11, 0x12: return 8
        case 0x07: return 12
        case 0x13: return 16
        case 0x0b:
            let pattern = try end(ofText: place, before: limit)
            return try end(ofText: pattern + 1, before: limit) + 1 - place
        case 0x02, 0x03, 0x04, 0x05, 0x0c, 0x0d, 0x0e, 0x0f:
            guard place + 4 <= limit else { throw Self.malformed }
            let told = Int(int32(at: place))
            guard told >= 0 else { throw Self.malformed }
            return switch type {
            case 0x03, 0x04, 0x0f: told
            case 0x05: told + 5
            case 0x0c: told + 16
            default: told + 4
            }
        default: throw Self.malformed
        }
    }

    /// Where the value at a path of documents is; `nil` where there is none.
    func value(at path: [String]) throws(MongoError) -> Range<Int>? {
        var range = range
        for name in path {
            let name = Array(name.utf8)
            let found = try elements(in: range).first { bytes[$0.name].elementsEqual(name) }
            guard let found else { return nil }
            range = found.value
        }
        return range
    }

    // MARK: Writing

    /// An element of a number.
    static func number(_ name: String, _ value: Int32) -> [UInt8] {
        [0x10] + Array(name.utf8) + [0] + bits(UInt32(bitPattern: value))
    }

    /// An element of a number that may be large.
    static func long(_ name: String, _ value: Int64) -> [UInt8] {
        let bits = UInt64(bitPattern: value)
        return [0x12] + Array(name.utf8) + [0]
            + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }

    /// An element of a text.
    static func text(_ name: String, _ value: String) -> [UInt8] {
        let bytes = Array(value.utf8)
        return [0x02] + Array(name.utf8) + [0] + bits(UInt32(bytes.count + 1)) + bytes + [0]
    }

    /// An element that is true, or not.
    static func truth(_ name: String, _ value: Bool = true) -> [UInt8] {
        [0x08] + Array(name.utf8) + [0, value ? 1 : 0]
    }

    private static func bits(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    /// A document of elements, each as its bytes.
    static func document(_ elements: [[UInt8]]) -> [UInt8] {
        let body = elements.flatMap(\.self)
        return bits(UInt32(body.count + 5)) + body + [0]
    }

    /// An element whose value is a document or an array.
    static func nested(_ name: String, _ document: [UInt8], isArray: Bool = false) -> [UInt8] {
        [isArray ? 0x04 : 0x03] + Array(name.utf8) + [0] + document
    }
}
