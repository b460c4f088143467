import Pipelines
import Words

/// What is kept of an object whose rows would repeat much that no column reads.
struct ObjectExcerpt {
    private let json: JSONParts
    private var bytes: [UInt8] = []
    private var isWhole = true

    /// The member that tells of an excerpt that it is one.
    private static let mark: ExactText = "longshore: left out"
    private static let words = "what no column reads"

    /// Takes a part of an object.
    ///
    /// - Parameters:
    ///   - json: The object.
    ///   - paths: What is kept of it, with all that lies there.
    /// - Returns: The object with nothing else; one that has lost something has a member that says so.
    /// - Throws: ``JSONFault`` for a name that is no text.
    static func taken(of json: JSONParts, keeping paths: [JSONPath]) throws(JSONFault) -> [UInt8] {
        var excerpt = ObjectExcerpt(json: json)
        try excerpt.copy(json.root, keeping: paths.map { $0.names[...] })
        guard !excerpt.isWhole else { return excerpt.bytes }
        let isEmpty = excerpt.bytes.count == 2
        excerpt.bytes.removeLast()
        excerpt.bytes += "\(isEmpty ? "" : ",")\(QuotedText.json(mark.text)):\"\(words)\"}".utf8
        return excerpt.bytes
    }

    /// Whether bytes are an object that has lost something.
    static func isPartial(_ bytes: [UInt8]) -> Bool {
        guard let json = try? JSONParts(bytes) else { return false }
        return (try? json.members(of: json.root, named: [mark]).isEmpty) == false
    }

    private init(json: JSONParts) { self.json = json }

    private mutating func copy(
        _ object: Range<Int>,
        keeping paths: [ArraySlice<ExactText>]
    ) throws(JSONFault) {
        let names = Set(paths.compactMap(\.first)).sorted()
        let members = try json.members(of: object, named: names)
        if try json.countMembers(of: object) > members.count { isWhole = false }
        bytes.append(UInt8(ascii: "{"))
        for (place, member) in members.enumerated() {
            bytes += "\(place == 0 ? "" : ",")\(QuotedText.json(member.name.text)):".utf8
            let below = paths.filter { $0.first == member.name }
                .map { $0.dropFirst() }
            let isRead = below.contains(where: \.isEmpty)
            if !isRead, json.kind(of: member.value) == UInt8(ascii: "{") {
                try copy(member.value, keeping: below)
            } else {
                bytes += json.bytes[member.value]
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
