import Pipelines
import Words

/// Finds the elements of an array in a document of JSON, across pieces of it.
///
/// What lies outside of the rows is passed over.
struct JSONRowsWalk: JSONWalk {
    private let name: String
    private let path: [[UInt8]]
    private let pathText: String
    private var phase = Phase.value
    /// How many objects of the path are open.
    private var level = 0
    /// Whether the rows have been found: what comes behind them is no array of rows.
    private var hasRows = false
    private var position = 0
    /// Where the element or name begins that has not ended.
    private var start: Int?
    /// Over what a value reaches that has not ended.
    private var extent = JSONExtent()
    /// The line and the offset in the input of the first byte.
    private var line = 1
    private var offset = 0
    /// Up to where lines are counted in ``line``.
    private var counted = 0

    private enum Phase {
        /// Before the value that the path leads to, or through.
        case value
        /// In an object of the path, before a name; after its brace or a comma.
        case name
        /// Behind a name that is the path's, or is not.
        case colon(isPath: Bool)
        /// Before or in a value beside the path.
        case other
        /// Behind such a value.
        case afterOther
        /// In the array, before an element, or its end where there may be one: not behind a comma.
        case element(mayEnd: Bool)
        /// Behind an element.
        case afterElement
        /// Behind all of it.
        case rest
    }

    init(name: String, path: JSONPath?) {
        self.name = name
        self.path = path?.names.map { Array($0.utf8) } ?? []
        pathText = path?.text ?? ""
    }

    var isAtStart: Bool { offset == 0 && position == 0 }

    var keptFrom: Int { start ?? position }

    var place: JSONRecords.Place {
        JSONRecords.Place(line: line, byteOffset: offset + keptFrom)
    }

    mutating func skip(_ count: Int) { position += count }

    mutating func forget(_ count: Int, of bytes: Span<UInt8>) {
        countLines(bytes, to: count)
        counted = 0
        position -= count
        start = start.map { $0 - count }
        offset += count
    }

    mutating func next(
        _ bytes: Span<UInt8>,
        isLast _: Bool
    ) throws(ExtractionError) -> JSONDecoding.Element? {
        while position < bytes.count {
            let byte = bytes[position]
            if start == nil, !extent.isOpen, JSONBytes.isBlank(byte) {
                position += 1
                continue
            }
            switch phase {
            case .value: try enterValue(byte, bytes)
            case .name: try readName(byte, bytes)
            case .colon(let isPath): try readColon(byte, isPath: isPath, bytes)
            case .other: if extent.end(bytes, from: &position) != nil { phase = .afterOther }
            case .afterOther: try leaveOther(byte, bytes)
            case .element(let mayEnd):
                if let element = try readElement(byte, mayEnd, bytes) { return element }
            case .afterElement: try leaveElement(byte, bytes)
            case .rest: throw failure("something follows it", bytes)
            }
        }
        return nil
    }

    /// The array was found, and has ended.
    func finish() throws(ExtractionError) {
        if case .rest = phase, level == 0 { return }
        throw failure("it ends in the middle", line: line)
    }

    // MARK: The way to the rows

    private mutating func enterValue(
        _ byte: UInt8,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) {
        let wanted = level < path.count ? UInt8(ascii: "{") : UInt8(ascii: "[")
        guard byte == wanted else { throw misled(bytes) }
        position += 1
        if level < path.count {
            level += 1
            phase = .name
        } else {
            phase = .element(mayEnd: true)
        }
    }

    private func misled(_ bytes: Span<UInt8>) -> ExtractionError {
        if level == 0, path.isEmpty {
            return failure(
                "it does not begin with `[`: say by `rows` where in it the array of rows lies; objects line "
                    + "by line are read by `jsonl`",
                bytes
            )
        }
        return failure("`rows: \(pathText)` does not lead to an array in it", bytes)
    }

    private mutating func readName(
        _ byte: UInt8,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) {
        if start == nil {
            guard byte == UInt8(ascii: "\"") else {
                throw byte == UInt8(ascii: "}") && !hasRows
                    ? failure("`rows: \(pathText)` is not in it", bytes)
                    : failure("a member's name is expected", bytes)
            }
            start = position
        }
        guard let end = extent.end(bytes, from: &position), let begin = start else { return }
        start = nil
        var name: [UInt8] = []
        let text = JSONCursor.Text(start: begin + 1, end: end - 1, hasEscapes: true)
        do throws(JSONFault) {
            try JSONEscapes.append(text, of: bytes, to: &name)
        } catch {
            throw failure("a member's name has a `\\` that escapes nothing", bytes)
        }
        let isPath = name == path[level - 1]
        guard !isPath || !hasRows else {
            throw failure(
                "`rows: \(pathText)` stands in it twice: which one is meant nobody knows",
                bytes
            )
        }
        phase = .colon(isPath: isPath)
    }

    private mutating func readColon(
        _ byte: UInt8,
        isPath: Bool,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) {
        guard byte == UInt8(ascii: ":") else { throw failure("`:` is expected", bytes) }
        position += 1
        phase = isPath ? .value : .other
    }

    private mutating func leaveOther(
        _ byte: UInt8,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) {
        if byte == UInt8(ascii: "}"), hasRows {
            position += 1
            level -= 1
            phase = level == 0 ? .rest : .afterOther
            return
        }
        guard byte == UInt8(ascii: ",") else {
            throw byte == UInt8(ascii: "}")
                ? failure("`rows: \(pathText)` is not in it", bytes)
                : failure("`,` or `}` is expected", bytes)
        }
        position += 1
        phase = .name
    }

    // MARK: Rows

    private mutating func readElement(
        _ byte: UInt8,
        _ mayEnd: Bool,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) -> JSONDecoding.Element? {
        if start == nil {
            if byte == UInt8(ascii: "]"), mayEnd {
                endRows()
                return nil
            }
            guard byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]")
            else { throw failure("a row is expected", bytes) }
            start = position
            countLines(bytes, to: position)
        }
        guard let end = extent.end(bytes, from: &position), let begin = start else { return nil }
        let place = JSONRecords.Place(line: line, byteOffset: offset + begin)
        countLines(bytes, to: end)
        start = nil
        phase = .afterElement
        return JSONDecoding.Element(start: begin, end: end, place: place)
    }

    private mutating func leaveElement(
        _ byte: UInt8,
        _ bytes: Span<UInt8>
    ) throws(ExtractionError) {
        switch byte {
        case UInt8(ascii: ","):
            position += 1
            phase = .element(mayEnd: false)
        case UInt8(ascii: "]"): endRows()
        default: throw failure("`,` or `]` is expected behind a row", bytes)
        }
    }

    private mutating func endRows() {
        position += 1
        hasRows = true
        phase = level == 0 ? .rest : .afterOther
    }

    // MARK: Places

    private mutating func countLines(_ bytes: Span<UInt8>, to end: Int) {
        let part = bytes.extracting(counted..<max(counted, end))
        var place = CSVBytes.first(UInt8(ascii: "\n"), in: part, from: 0)
        while place < part.count {
            line += 1
            place = CSVBytes.first(UInt8(ascii: "\n"), in: part, from: place + 1)
        }
        counted = max(counted, end)
    }

    private func failure(_ what: String, _ bytes: Span<UInt8>) -> ExtractionError {
        var walk = self
        walk.countLines(bytes, to: position)
        return failure(what, line: walk.line)
    }

    private func failure(_ what: String, line: Int) -> ExtractionError {
        ExtractionError(.json, "reading `\(name)`: on line \(line), \(what)")
    }
}

/// Over how many bytes a value reaches, told by its brackets and quotes alone, across pieces of it.
struct JSONExtent: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isInWord = false

    /// Whether a value has begun and not ended.
    var isOpen: Bool { depth > 0 || isInString || isInWord }

    /// Goes on over the value that is here, and gives its end once it is there.
    mutating func end(_ bytes: Span<UInt8>, from position: inout Int) -> Int? {
        while position < bytes.count {
            if isInString {
                guard passString(bytes, from: &position) else { return nil }
                if depth == 0 { return position }
                continue
            }
            let byte = bytes[position]
            if isInWord, Self.endsWord(byte) {
                isInWord = false
                if depth == 0 { return position }
            }
            position &+= 1
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 {
                    depth = 0
                    return position
                }
            default: isInWord = depth == 0
            }
        }
        return nil
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"),
            UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["):
            true
        default: JSONBytes.isBlank(byte)
        }
    }

    /// Goes behind the string's closing quote; `false` when it is not there yet.
    private mutating func passString(_ bytes: Span<UInt8>, from position: inout Int) -> Bool {
        if isEscaped, position < bytes.count {
            isEscaped = false
            position &+= 1
        }
        while position < bytes.count {
            position = JSONBytes.firstEnd(in: bytes, from: position, to: bytes.count)
            guard position < bytes.count else { return false }
            let byte = bytes[position]
            position &+= 1
            if byte == UInt8(ascii: "\"") {
                isInString = false
                return true
            }
            guard byte == UInt8(ascii: "\\") else { continue }
            guard position < bytes.count else {
                isEscaped = true
                return false
            }
            position &+= 1
        }
        return false
    }
}
