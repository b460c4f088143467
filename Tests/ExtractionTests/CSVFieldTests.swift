import Extraction
import TestSupport
import Testing

@Suite("Fields written as CSV")
struct CSVFieldTests {
    private func written(_ fields: [String]) -> [UInt8] {
        Array(
            fields.map { CSVField.written(Array($0.utf8)) }.joined(separator: [UInt8(ascii: ",")])
        )
            + Array("\r\n".utf8)
    }

    @Test("the reader of CSV reads back what was written, byte for byte")
    func roundTrip() throws {
        var texts = HostileText(seed: 44)
        let (count, page) = (HostileText.count(ordinary: 20_000), 1_000)
        for _ in 0..<(count / page) {
            let rows = (0..<page).map { _ in [texts.next(), texts.next(), "end"] }
            let bytes = written(["a", "b", "c"]) + rows.flatMap(written)
            let read = try readCSV(String(decoding: bytes, as: UTF8.self)).records
            let found = read.map { $0.fields.map { Array($0.utf8) } }
            guard found != rows.map({ $0.map { Array($0.utf8) } }) else { continue }
            let index = zip(found, rows).enumerated()
                .first { _, pair in pair.0 != pair.1.map { Array($0.utf8) } }?
                .offset
            Issue.record("row \(index ?? -1) of \(page), \(found.count) read")
        }
    }

    @Test("a quote is doubled whatever joins it, and a byte order mark of a name stays the name's")
    func examples() throws {
        let cases = [
            ("\"\u{301}", "\"\"\"\u{301}\""), ("\u{600}\"", "\"\u{600}\"\"\""), ("plain", "plain"),
            ("\u{FEFF}a", "\"\u{FEFF}a\""), ("a\rb", "\"a\rb\""),
        ]
        for (field, expected) in cases {
            #expect(CSVField.written(Array(field.utf8)) == Array(expected.utf8))
        }
        let text = String(
            decoding: written(["\u{FEFF}a", "b"]) + written(["1", "2"]),
            as: UTF8.self
        )
        #expect(try readCSV(text).header.map { Array($0.utf8) } == [Array("\u{FEFF}a".utf8), [98]])
    }
}
