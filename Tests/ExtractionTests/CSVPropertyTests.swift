import Extraction
import Pipelines
import TestSupport
import Testing
import Words

@Suite("CSV, at random")
struct CSVPropertyTests {
    /// Pieces that meet in every way that matters to a state machine.
    private static let pieces = [
        "a", "b", "ñ", "0", " ", ",", ",", ",", "\n", "\n", "\r", "\r\n", "\"", "\"", "\"\"",
        "long text",
        "a field that is longer than a word", "\\.", "\"quoted\"", "\"q,q\n\"\"q\"",
    ]

    private func text(_ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0..<60, using: &random)
        let body = (0..<count).compactMap { _ in Self.pieces.randomElement(using: &random) }
        return "h1,h2,h3\n" + body.joined()
    }

    @Test("any size of chunk gives the same records", arguments: 0..<40 as Range<UInt64>)
    func chunks(block: UInt64) throws {
        for seed in block * 25..<(block + 1) * 25 {
            let text = text(seed)
            let whole = try readCSV(text, isSample: true).records
            for size in [1, 2, 3, 5, 8, 13, 64] {
                #expect(
                    try readCSV(text, isSample: true, chunk: size).records == whole,
                    "seed \(seed), \(size)"
                )
            }
        }
    }

    @Test("so it is with skipped lines, nulls, escapes and quotes that are data")
    func chunksOfDialects() throws {
        for seed in 0..<400 as Range<UInt64> {
            let text = text(seed) + "\\"
            let dialect = CSVDialect(
                columns: seed % 3 == 0 ? ["x", "y"] : nil,
                skip: SkippedLines(before: Int(seed % 4), after: Int(seed % 5)),
                nulls: ["a", "0"],
                hasQuotes: seed % 2 == 0,
                hasEscapes: seed % 7 < 4
            )
            let whole = try? readCSV(text, dialect: dialect).records
            for size in [1, 2, 3, 8, 64] {
                let cut = try? readCSV(text, dialect: dialect, chunk: size).records
                #expect(cut == whole, "seed \(seed), \(size)")
            }
        }
    }

    @Test(
        "records are those of a parser that goes byte by byte",
        arguments: 0..<40 as Range<UInt64>
    )
    func reference(block: UInt64) throws {
        for seed in block * 50..<(block + 1) * 50 {
            let text = text(seed)
            let expected = NaiveCSV.records(Array(text.utf8)).dropFirst()
            let records = try readCSV(text, isSample: true, chunk: Int(seed % 7) + 1).records
            #expect(records.map(\.line) == expected.map(\.line), "seed \(seed)")
            #expect(records.map(\.byteOffset) == expected.map(\.byteOffset), "seed \(seed)")
            #expect(
                records.map { $0.fault == "quotes" } == expected.map(\.isBroken),
                "seed \(seed)"
            )
            for (record, wanted) in zip(records, expected) where !wanted.isBroken {
                #expect(record.fields == wanted.fields, "seed \(seed)")
                #expect(record.fault == (wanted.fields.count == 3 ? nil : "fields"), "seed \(seed)")
            }
        }
    }

    @Test("bytes at random are read or refused, never a crash")
    func noise() {
        for seed in 0..<500 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<200).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            for dialect in [CSVDialect(), CSVDialect(encoding: .latin1)] {
                _ = try? readCSV(bytes, dialect: dialect, chunk: Int(seed % 9) + 1)
            }
        }
    }
}

/// CSV as slowly and plainly as can be.
private struct NaiveCSV {
    struct Record {
        var fields: [String] = []
        var line = 0
        var byteOffset = 0
        var isBroken = false
    }

    static func records(_ bytes: [UInt8]) -> [Record] {
        var parser = NaiveCSV(bytes: bytes)
        while parser.index < bytes.count { parser.readRecord() }
        return parser.records
    }

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var records: [Record] = []

    private var next: Character? {
        index < bytes.count ? Character(Unicode.Scalar(bytes[index])) : nil
    }

    private mutating func readRecord() {
        if skipLineEnd() { return }
        var record = Record(line: line, byteOffset: index)
        while true {
            record.fields.append(next == "\"" ? readQuoted(&record) : readPlain())
            guard next == "," else { break }
            index += 1
        }
        _ = skipLineEnd()
        records.append(record)
    }

    private mutating func skipLineEnd() -> Bool {
        guard next == "\r" || next == "\n" else { return false }
        let isReturn = next == "\r"
        index += 1
        if isReturn && next == "\n" { index += 1 }
        line += 1
        return true
    }

    private mutating func readPlain() -> String {
        let start = index
        while let byte = next, byte != ",", byte != "\n", byte != "\r" { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func readQuoted(_ record: inout Record) -> String {
        index += 1
        var field: [UInt8] = []
        while let byte = next {
            if byte == "\"" {
                index += 1
                guard next == "\"" else {
                    if let after = next, after != ",", after != "\n", after != "\r" {
                        record.isBroken = true
                        _ = readPlain()
                    }
                    return String(decoding: field, as: UTF8.self)
                }
            } else if byte == "\n" || byte == "\r" {
                let isPair = byte == "\r" && index + 1 < bytes.count && bytes[index + 1] == 0x0a
                if !isPair { line += 1 }
            }
            field.append(bytes[index])
            index += 1
        }
        record.isBroken = true
        return ""
    }
}
