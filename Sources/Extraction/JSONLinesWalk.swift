/// Finds the lines of JSON lines, across pieces of them.
///
/// A line of white space is passed over.
struct JSONLinesWalk: JSONWalk {
    /// The line that has not ended: its number, and where it begins.
    private var line = 1
    private var start = 0
    /// Up to where no end of it was found.
    private var searched = 0
    /// The offset in the input of the first byte.
    private var offset = 0

    var isAtStart: Bool { offset == 0 && start == 0 }

    var keptFrom: Int { start }

    var place: JSONRecords.Place { JSONRecords.Place(line: line, byteOffset: offset + start) }

    mutating func skip(_ count: Int) {
        start += count
        searched = max(searched, start)
    }

    mutating func forget(_ count: Int, of _: Span<UInt8>) {
        start -= count
        searched -= count
        offset += count
    }

    mutating func next(
        _ bytes: Span<UInt8>,
        isLast: Bool
    ) throws(ExtractionError) -> JSONDecoding.Element? {
        while start < bytes.count {
            let end = CSVBytes.first(UInt8(ascii: "\n"), in: bytes, from: searched)
            guard end < bytes.count || isLast else {
                searched = end
                return nil
            }
            let found = element(bytes, to: end)
            line += 1
            start = min(end + 1, bytes.count)
            searched = start
            if let found { return found }
        }
        return nil
    }

    /// A last line need not end.
    func finish() {}

    /// What the line that ends here holds; `nil` for nothing.
    private func element(_ bytes: Span<UInt8>, to end: Int) -> JSONDecoding.Element? {
        var end = end
        while end > start, JSONBytes.isBlank(bytes[end - 1]) { end -= 1 }
        guard end > start else { return nil }
        return JSONDecoding.Element(start: start, end: end, place: place)
    }
}
