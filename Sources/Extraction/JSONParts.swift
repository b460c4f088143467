import Words

/// Looks into JSON that is whole in memory.
struct JSONParts: Sendable {
    let bytes: [UInt8]
    /// The only value that there is.
    let root: Range<Int>

    /// Nothing, in which no value is.
    static let none = JSONParts(bytes: [], root: 0..<0)

    /// JSON that is valid to its end.
    init(_ bytes: [UInt8]) throws(JSONFault) {
        self.init(bytes: bytes, root: try Self.root(of: bytes))
    }

    private init(bytes: [UInt8], root: Range<Int>) {
        (self.bytes, self.root) = (bytes, root)
    }

    /// A member of an object.
    struct Member {
        let name: ExactText
        let value: Range<Int>
    }

    private static func root(of bytes: [UInt8]) throws(JSONFault) -> Range<Int> {
        var cursor = JSONCursor(to: bytes.count)
        _ = cursor.next(bytes.span)
        let start = cursor.position
        try cursor.value(bytes.span, depth: 0)
        let end = cursor.position
        if cursor.next(bytes.span) != 0 || cursor.position < cursor.end {
            throw cursor.fault(.leftover)
        }
        return start..<end
    }

    /// The first byte of a value, by which its kind is known.
    func kind(of value: Range<Int>) -> UInt8 { bytes[value.lowerBound] }

    /// Whether a value is `null`.
    func isNull(_ value: Range<Int>) -> Bool { kind(of: value) == UInt8(ascii: "n") }

    /// Whether an object or array has nothing in it.
    func isEmpty(_ value: Range<Int>) -> Bool {
        var cursor = JSONCursor(from: value.lowerBound + 1, to: value.upperBound)
        _ = cursor.next(bytes.span)
        return cursor.position == value.upperBound - 1
    }

    /// The members of an object; none of anything else.
    ///
    /// - Parameters:
    ///   - value: The object.
    ///   - names: Which ones, each at most twice; all without names.
    /// - Returns: The members, in their order.
    /// - Throws: ``JSONFault`` for a name that is no text.
    func members(
        of value: Range<Int>,
        named names: [ExactText]? = nil
    ) throws(JSONFault) -> [Member] {
        var members: [Member] = []
        try walk(value, opening: UInt8(ascii: "{"), closing: UInt8(ascii: "}")) {
            cursor throws(JSONFault) in
            let name = try name(at: &cursor)
            try cursor.colon(bytes.span)
            let value = try range(at: &cursor)
            if let names {
                guard let wanted = names.first(where: { $0.utf8.elementsEqual(name) }),
                    members.all(named: wanted).count < 2
                else { return }
            }
            members.append(
                Member(name: ExactText(String(decoding: name, as: UTF8.self)), value: value)
            )
        }
        return members
    }

    /// How many members an object has.
    func countMembers(of value: Range<Int>) throws(JSONFault) -> Int {
        var count = 0
        try walk(value, opening: UInt8(ascii: "{"), closing: UInt8(ascii: "}")) {
            cursor throws(JSONFault) in
            _ = try cursor.string(bytes.span)
            try cursor.colon(bytes.span)
            _ = try range(at: &cursor)
            count += 1
        }
        return count
    }

    private func name(at cursor: inout JSONCursor) throws(JSONFault) -> ArraySlice<UInt8> {
        let text = try cursor.string(bytes.span)
        guard text.hasEscapes else { return bytes[text.start..<text.end] }
        var name: [UInt8] = []
        try JSONEscapes.append(text, of: bytes.span, to: &name)
        return name[...]
    }

    /// The elements of an array, one after the other; none of anything else.
    func elements(of value: Range<Int>) -> JSONElements { JSONElements(of: value, in: self) }

    /// The value at the end of some names; `nil` where there is none.
    ///
    /// - Throws: ``JSONFault`` also for a name that stands twice: which one is meant nobody knows.
    func value(at names: [ExactText], in value: Range<Int>) throws(JSONFault) -> Range<Int>? {
        var found = value
        for name in names {
            let members = try members(of: found, named: [name])
            guard members.count < 2 else {
                throw JSONFault(reason: .repeated(column: 0), place: members[1].value.lowerBound)
            }
            guard let member = members.first else { return nil }
            found = member.value
        }
        return found
    }

    /// All values at the end of some names, where `*` is any member or element.
    func values(at names: [ExactText], in value: Range<Int>) throws(JSONFault) -> [Range<Int>] {
        var found = [value]
        for name in names {
            var next: [Range<Int>] = []
            for value in found {
                let all = name == "*"
                next += try members(of: value)
                    .filter { all || $0.name == name }.map(\.value)
                if all { next += elements(of: value) }
            }
            found = next
        }
        return found
    }

    /// What a string stands for, the digits of a number, `true` or `false`; `nil` of anything else.
    func text(of value: Range<Int>) throws(JSONFault) -> String? {
        switch kind(of: value) {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"): return nil
        case UInt8(ascii: "\""):
            let string = JSONCursor.Text(
                start: value.lowerBound + 1,
                end: value.upperBound - 1,
                hasEscapes: true
            )
            var text: [UInt8] = []
            try JSONEscapes.append(string, of: bytes.span, to: &text)
            return String(decoding: text, as: UTF8.self)
        default: return String(decoding: bytes[value], as: UTF8.self)
        }
    }

    private func range(at cursor: inout JSONCursor) throws(JSONFault) -> Range<Int> {
        _ = cursor.next(bytes.span)
        let start = cursor.position
        try cursor.value(bytes.span, depth: 0)
        return start..<cursor.position
    }

    /// Calls `body` at the beginning of each member or element of a value that begins with `opening`.
    private func walk(
        _ value: Range<Int>,
        opening: UInt8,
        closing: UInt8,
        _ body: (inout JSONCursor) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        guard !value.isEmpty, kind(of: value) == opening else { return }
        var cursor = JSONCursor(from: value.lowerBound + 1, to: value.upperBound)
        guard cursor.next(bytes.span) != closing else { return }
        repeat {
            _ = cursor.next(bytes.span)
            try body(&cursor)
            guard cursor.next(bytes.span) == UInt8(ascii: ",") else { return }
            cursor.skip()
        } while true
    }
}

extension [JSONParts.Member] {
    /// The members of a name.
    func all(named name: ExactText) -> [JSONParts.Member] {
        filter { $0.name == name }
    }
}

/// The elements of an array of JSON that is valid, found one after the other.
struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let json: JSONParts
    private var cursor: JSONCursor
    private var isAtEnd: Bool

    init(of value: Range<Int>, in json: JSONParts) {
        self.json = json
        cursor = JSONCursor(from: value.lowerBound + 1, to: value.upperBound)
        isAtEnd = value.isEmpty || json.kind(of: value) != UInt8(ascii: "[") || json.isEmpty(value)
    }

    mutating func next() -> Range<Int>? {
        guard !isAtEnd else { return nil }
        let json = json
        let bytes = json.bytes.span
        _ = cursor.next(bytes)
        let start = cursor.position
        // It is valid: no fault is thrown.
        guard (try? cursor.value(bytes, depth: 0)) != nil else { return nil }
        let end = cursor.position
        isAtEnd = cursor.next(bytes) != UInt8(ascii: ",")
        cursor.skip()
        return start..<end
    }
}
