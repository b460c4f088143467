/// A place in the bytes of JSON (RFC 8259), and how it moves on over values.
///
/// The bytes are given to each call: a cursor lives as long as the numbers in it mean the same bytes.
struct JSONCursor {
    /// Objects and arrays that are read in each other at most.
    static let deepest = 512

    private(set) var position: Int
    /// Where the record ends.
    private(set) var end: Int
    /// Of each object and array around the place, whether it is an object; kept for its room.
    private var open: [Bool] = []
    /// Strings whose text nobody wants.
    private var unwanted: [UInt8] = []

    /// A string between its quotes.
    struct Text {
        let start: Int
        let end: Int
        let hasEscapes: Bool
    }

    init(from start: Int = 0, to end: Int = 0) {
        position = start
        self.end = end
    }

    /// Goes to the first byte of another record.
    @inline(__always)
    mutating func move(to start: Int, end: Int) {
        (position, self.end) = (start, end)
    }

    /// Goes to the next byte that is no white space, and gives it; 0 at the end.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) -> UInt8 {
        while position < end {
            let byte = bytes[position]
            guard byte <= 0x20 else { return byte }
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
            position &+= 1
        }
        return 0
    }

    /// Goes over a byte that was looked at.
    @inline(__always)
    mutating func skip(_ count: Int = 1) { position &+= count }

    func fault(_ reason: JSONFault.Reason) -> JSONFault {
        JSONFault(reason: reason, place: position)
    }

    // MARK: Strings

    /// Goes over a string whose opening quote is here.
    ///
    /// Its escapes are not looked at.
    @inline(__always)
    mutating func string(_ bytes: Span<UInt8>) throws(JSONFault) -> Text {
        position &+= 1
        let start = position
        var hasEscapes = false
        while true {
            position = JSONBytes.firstEnd(in: bytes, from: position, to: end)
            guard position < end else { throw fault(.expected(.quote)) }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else { throw fault(.controlCharacter) }
            hasEscapes = true
            position &+= 2
        }
        position &+= 1
        return Text(start: start, end: position &- 1, hasEscapes: hasEscapes)
    }

    /// Goes over a string that nobody wants.
    @inline(__always)
    private mutating func skipString(_ bytes: Span<UInt8>) throws(JSONFault) {
        let text = try string(bytes)
        guard text.hasEscapes else { return }
        unwanted.removeAll(keepingCapacity: true)
        try JSONEscapes.append(text, of: bytes, to: &unwanted)
    }

    // MARK: Numbers and words

    /// Goes over a number whose first byte is here.
    @inline(__always)
    mutating func number(_ bytes: Span<UInt8>) throws(JSONFault) {
        if bytes[position] == UInt8(ascii: "-") { position &+= 1 }
        if position < end, bytes[position] == UInt8(ascii: "0") {
            position &+= 1
        } else {
            try digits(bytes)
        }
        guard position < end else { return }
        if bytes[position] == UInt8(ascii: ".") {
            position &+= 1
            try digits(bytes)
        }
        guard position < end, bytes[position] | 0x20 == UInt8(ascii: "e") else { return }
        position &+= 1
        if position < end, bytes[position] == 0x2b || bytes[position] == 0x2d { position &+= 1 }
        try digits(bytes)
    }

    @inline(__always)
    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONFault) {
        let start = position
        while position < end, bytes[position] &- 0x30 <= 9 { position &+= 1 }
        if position == start { throw fault(.expected(.digit)) }
    }

    /// Goes over `true`, `false` or `null`, of which the first byte is here.
    @inline(__always)
    mutating func word(_ bytes: Span<UInt8>) throws(JSONFault) {
        switch bytes[position] {
        case UInt8(ascii: "t"): try word("true", bytes)
        case UInt8(ascii: "f"): try word("false", bytes)
        case UInt8(ascii: "n"): try word("null", bytes)
        default: throw fault(.expected(.value))
        }
    }

    @inline(__always)
    private mutating func word(_ word: StaticString, _ bytes: Span<UInt8>) throws(JSONFault) {
        let count = word.utf8CodeUnitCount
        guard position &+ count <= end else { throw fault(.expected(.value)) }
        for index in 0..<count where unsafe bytes[position &+ index] != word.utf8Start[index] {
            throw fault(.expected(.value))
        }
        position &+= count
    }

    /// Goes over a number, `true`, `false` or `null`.
    @inline(__always)
    mutating func scalar(_ bytes: Span<UInt8>) throws(JSONFault) {
        let byte = bytes[position]
        if byte == UInt8(ascii: "-") || byte &- 0x30 <= 9 {
            try number(bytes)
        } else {
            try word(bytes)
        }
    }

    // MARK: Any value

    /// Goes over a value, whatever it holds.
    ///
    /// - Parameters:
    ///   - bytes: Where it lies.
    ///   - depth: How many objects and arrays are around it.
    /// - Throws: ``JSONFault`` where it is no JSON.
    @inline(__always)
    mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        switch next(bytes) {
        case UInt8(ascii: "\""): try skipString(bytes)
        case UInt8(ascii: "{"), UInt8(ascii: "["): try nested(bytes, depth: depth)
        case 0 where position >= end: throw fault(.expected(.value))
        default: try scalar(bytes)
        }
    }

    /// Goes over an object or array.
    private mutating func nested(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
        open.removeAll(keepingCapacity: true)
        repeat {
            switch next(bytes) {
            case UInt8(ascii: "\""): try skipString(bytes)
            case UInt8(ascii: "{"): if try enter(bytes, isObject: true, depth: depth) { continue }
            case UInt8(ascii: "["): if try enter(bytes, isObject: false, depth: depth) { continue }
            case 0 where position >= end: throw fault(.expected(.value))
            default: try scalar(bytes)
            }
            try leave(bytes)
        } while !open.isEmpty
    }

    /// Goes into an object or array, to its first value; `false` when it is empty.
    private mutating func enter(
        _ bytes: Span<UInt8>,
        isObject: Bool,
        depth: Int
    ) throws(JSONFault) -> Bool {
        guard depth + open.count < Self.deepest else { throw fault(.tooDeep) }
        position &+= 1
        if next(bytes) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            position &+= 1
            return false
        }
        open.append(isObject)
        if isObject { try skipName(bytes) }
        return true
    }

    /// Goes behind a value: to the next one, or out of all that it is the last of.
    private mutating func leave(_ bytes: Span<UInt8>) throws(JSONFault) {
        while let isObject = open.last {
            let byte = next(bytes)
            if byte == UInt8(ascii: ",") {
                position &+= 1
                if isObject { try skipName(bytes) }
                return
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw fault(.expected(isObject ? .objectEnd : .arrayEnd))
            }
            position &+= 1
            open.removeLast()
        }
    }

    private mutating func skipName(_ bytes: Span<UInt8>) throws(JSONFault) {
        guard next(bytes) == UInt8(ascii: "\"") else { throw fault(.expected(.name)) }
        try skipString(bytes)
        try colon(bytes)
    }

    /// Goes over the colon behind a name.
    @inline(__always)
    mutating func colon(_ bytes: Span<UInt8>) throws(JSONFault) {
        guard next(bytes) == UInt8(ascii: ":") else { throw fault(.expected(.colon)) }
        position &+= 1
    }
}
