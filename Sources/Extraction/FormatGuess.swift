public import Pipelines
import Words

/// How a file is probably written, from its first bytes.
public struct FormatGuess: Sendable {
    /// Its format: JSON by its brackets, otherwise CSV.
    public let format: Format
    /// What is worth knowing of it: sentences for people.
    public let remarks: [String]
    /// The remark that the encoding is to be looked at; `nil` where the bytes leave no doubt.
    public let encodingDoubt: String?

    private static let sampleSize = 256 << 10
    /// How deep the array of rows is looked for.
    private static let deepest = 4

    /// Judges the file at `path`, compressed or not.
    ///
    /// - Throws: ``ExtractionError`` when it cannot be read.
    public init(ofFile path: String) async throws {
        let (folder, name) = try FileSource.alone(path)
        let file = ExpandedInput(try folder.open(name))
        var bytes = [UInt8](repeating: 0, count: Self.sampleSize)
        let count = try await file.read(into: &bytes)
        bytes.removeLast(bytes.count - count)
        self.init(bytes)
    }

    /// Judges the first bytes of a file.
    public init(_ bytes: [UInt8]) {
        if let format = Self.json(bytes.span) {
            self.format = format
            (remarks, encodingDoubt) = ([], nil)
        } else {
            let guess = DialectGuess(bytes)
            format = .csv(guess.dialect)
            (remarks, encodingDoubt) = (guess.remarks, guess.encodingDoubt)
        }
    }

    // MARK: JSON

    /// How the objects lie in bytes that begin as JSON does; `nil` for others.
    private static func json(_ bytes: Span<UInt8>) -> Format? {
        let hasMark =
            bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf
        var cursor = JSONCursor(from: hasMark ? 3 : 0, to: bytes.count)
        switch cursor.next(bytes) {
        case UInt8(ascii: "["):
            cursor.skip()
            return [UInt8(ascii: "{"), UInt8(ascii: "]")].contains(cursor.next(bytes))
                ? .json(rows: nil) : nil
        case UInt8(ascii: "{"): return objects(bytes, from: cursor.position)
        default: return nil
        }
    }

    /// Objects line by line, unless the only one holds an array of objects.
    private static func objects(_ bytes: Span<UInt8>, from start: Int) -> Format? {
        var cursor = JSONCursor(from: start, to: bytes.count)
        cursor.skip()
        guard [UInt8(ascii: "\""), UInt8(ascii: "}")].contains(cursor.next(bytes)) else {
            return nil
        }
        let end = CSVBytes.first(UInt8(ascii: "\n"), in: bytes, from: start)
        var line = JSONCursor(from: start, to: end)
        let isLine = (try? line.value(bytes, depth: 0)) != nil && line.next(bytes) == 0
        var rest = JSONCursor(from: end, to: bytes.count)
        if isLine, rest.next(bytes) != 0 { return .jsonLines() }
        cursor.move(to: start, end: bytes.count)
        return (try? rows(bytes, at: &cursor, below: []))?.map { .json(rows: $0) } ?? .jsonLines()
    }

    /// The path of the first array of objects in the object that is here.
    private static func rows(
        _ bytes: Span<UInt8>,
        at cursor: inout JSONCursor,
        below names: [ExactText]
    ) throws(JSONFault) -> JSONPath? {
        cursor.skip()
        guard cursor.next(bytes) == UInt8(ascii: "\"") else {
            cursor.skip()
            return nil
        }
        repeat {
            _ = cursor.next(bytes)
            let text = try cursor.string(bytes)
            var name: [UInt8] = []
            try JSONEscapes.append(text, of: bytes, to: &name)
            try cursor.colon(bytes)
            let path = names + [ExactText(String(decoding: name, as: UTF8.self))]
            let first = cursor.next(bytes)
            if first == UInt8(ascii: "["), holdsObjects(bytes, cursor) {
                return JSONPath(names: path)
            }
            if first == UInt8(ascii: "{"), path.count < deepest {
                if let found = try rows(bytes, at: &cursor, below: path) { return found }
            } else {
                try cursor.value(bytes, depth: 0)
            }
        } while takesComma(bytes, &cursor)
        return nil
    }

    private static func holdsObjects(_ bytes: Span<UInt8>, _ cursor: JSONCursor) -> Bool {
        var inside = cursor
        inside.skip()
        return inside.next(bytes) == UInt8(ascii: "{")
    }

    /// Goes over the comma or bracket behind a member; `false` when it was the last one.
    private static func takesComma(_ bytes: Span<UInt8>, _ cursor: inout JSONCursor) -> Bool {
        let byte = cursor.next(bytes)
        cursor.skip()
        return byte == UInt8(ascii: ",") && cursor.next(bytes) == UInt8(ascii: "\"")
    }
}
