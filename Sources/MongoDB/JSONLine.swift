import CMongoC
import Values
import Words

/// Writes documents as lines of JSON that keep every value: numbers their digits, instants as Postgres shows them in UTC.
///
/// | BSON | JSON |
/// | --- | --- |
/// | integers, Decimal128, double | a number; what is none (`NaN`, `Infinity`) a string |
/// | date, timestamp | `"2024-02-29 23:59:59.125+00"` |
/// | ObjectId | `"65e0…"`, 24 digits |
/// | UUID | `"123e4567-e89b-…"` |
/// | other bytes | `"\\x00ff"` |
/// | regular expressions, code, symbols, MinKey and the like | a string |
/// | undefined | `null` |
struct JSONLine {
    private(set) var bytes: [UInt8] = []
    private static let digits = Array("0123456789abcdef".utf8)

    /// Adds a document and ends its line.
    ///
    /// - Returns: Its `_id`, as the bytes of its element: type, name and value; `nil` where it has none.
    @discardableResult
    mutating func append(_ document: BSONDocument) throws(MongoError) -> [UInt8]? {
        let elements = try document.elements(in: document.range)
        try append(elements, of: document, isArray: false, depth: 0)
        bytes.append(UInt8(ascii: "\n"))
        return elements.first { document.bytes[$0.name].elementsEqual("_id".utf8) }
            .map { Array(document.bytes[$0.name.lowerBound - 1..<$0.value.upperBound]) }
    }

    /// What has been written, which is then forgotten.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func append(
        _ elements: [BSONDocument.Element],
        of document: BSONDocument,
        isArray: Bool,
        depth: Int
    ) throws(MongoError) {
        guard depth < BSONDocument.deepest else { throw BSONDocument.malformed }
        bytes.append(UInt8(ascii: isArray ? "[" : "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if !isArray {
                append(string: document.bytes[element.name])
                bytes.append(UInt8(ascii: ":"))
            }
            try append(element, of: document, depth: depth)
        }
        bytes.append(UInt8(ascii: isArray ? "]" : "}"))
    }

    private mutating func append(
        _ element: BSONDocument.Element,
        of document: BSONDocument,
        depth: Int
    ) throws(MongoError) {
        let start = element.value.lowerBound
        switch element.type {
        case 0x01:
            append(
                number: Double(bitPattern: UInt64(bitPattern: document.int64(at: start)))
                    .description
            )
        case 0x02, 0x0d, 0x0e: try append(text: element.value, of: document)
        case 0x03, 0x04:
            let elements = try document.elements(in: element.value)
            try append(elements, of: document, isArray: element.type == 0x04, depth: depth + 1)
        case 0x05: append(binary: document.bytes[element.value])
        case 0x07: append(string: hexadecimal(document.bytes[element.value])[...])
        case 0x08: append(document.bytes[start] == 0 ? "false" : "true")
        case 0x09: append(instant: document.int64(at: start))
        case 0x10: append("\(document.int32(at: start))")
        case 0x11: append(instant: Int64(UInt32(bitPattern: document.int32(at: start + 4))) * 1_000)
        case 0x12: append("\(document.int64(at: start))")
        case 0x13: append(number: decimal(document.bytes[element.value]))
        case 0x06, 0x0a: append("null")
        default: append(string: Array(Self.word(element.type).utf8)[...])
        }
    }

    private static func word(_ type: UInt8) -> String {
        switch type {
        case 0x0b: "regular expression"
        case 0x0c: "pointer"
        case 0x0f: "code"
        case 0x7f: "MaxKey"
        default: "MinKey"
        }
    }

    // MARK: Values

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// `inf` and `nan` are no numbers of JSON; `1e+300`, `1E+3` and `-0.0` are.
    private mutating func append(number: String) {
        let isNumber = number.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        isNumber ? append(number) : append(string: Array(number.utf8)[...])
    }

    private func decimal(_ value: ArraySlice<UInt8>) -> String {
        var text = [CChar](repeating: 0, count: Int(BSON_DECIMAL128_STRING))
        unsafe cmongoc_decimal_text(Array(value), &text)
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// A text: its length, its bytes, a zero.
    private mutating func append(
        text range: Range<Int>,
        of document: BSONDocument
    ) throws(MongoError) {
        guard range.count >= 5, document.bytes[range.upperBound - 1] == 0 else {
            throw BSONDocument.malformed
        }
        append(string: document.bytes[range.lowerBound + 4..<range.upperBound - 1])
    }

    /// Bytes: their length, their kind, themselves.
    private mutating func append(binary value: ArraySlice<UInt8>) {
        let kind = value[value.startIndex + 4]
        let content = value.dropFirst(5)
        var text = hexadecimal(content)
        if kind == 4, content.count == 16 {
            for place in [20, 16, 12, 8] { text.insert(UInt8(ascii: "-"), at: place) }
        } else {
            text = Array("\\x".utf8) + text
        }
        append(string: text[...])
    }

    private func hexadecimal(_ value: ArraySlice<UInt8>) -> [UInt8] {
        value.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }
    }

    private mutating func append(string: ArraySlice<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                append("\\u00")
                bytes += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Milliseconds since 1970; a year that has not four digits is told as that number.
    private mutating func append(instant milliseconds: Int64) {
        guard Self.years.contains(milliseconds) else {
            return append(string: Array("\(milliseconds)".utf8)[...])
        }
        let time = CivilTime(millisecondsSince1970: Int(milliseconds))
        append("\"\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2)) ")
        append("\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))")
        if time.microsecond > 0 { append(".\(padded(time.microsecond / 1_000, 3))") }
        append("+00\"")
    }

    /// From the year 1 to the year 9999.
    private static let years: Range<Int64> = -62_135_596_800_000..<253_402_300_800_000
}
