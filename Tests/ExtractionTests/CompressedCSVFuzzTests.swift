import Pipelines
import Rows
import TestSupport
import Testing
import Words

@testable import Extraction

@Suite("CSV in pieces of any size, at random")
struct CompressedCSVFuzzTests {
    private static let pieces: [[UInt8]] =
        [
            "a", "ñ", ",", ",", ";", "\t", "\n", "\n", "\r", "\r\n", "\"", "\"", "\"\"", "\\.", " ",
            "\"q,q\n\"\"q\"", "a field longer than a word",
        ]
        .map { Array($0.utf8) } + [[0xff], [0], [0xc3], [0xef, 0xbb, 0xbf], [0xe9]]

    private static let dialects = [
        CSVDialect(), CSVDialect(delimiter: UInt8(ascii: ";")),
        CSVDialect(delimiter: 9, encoding: .latin1),
    ]

    /// Records, or the words of what refused them.
    private enum Outcome: Equatable {
        case records([String], [Record])
        case refused(String)
    }

    private func outcome(_ body: () throws -> ([String], [Record])) -> Outcome {
        do {
            let (header, records) = try body()
            return .records(header, records)
        } catch {
            return .refused("\(error)")
        }
    }

    private func bytes(_ dice: Dice) -> [UInt8] {
        var bytes: [UInt8] = dice.happens(0.1) ? [0xef, 0xbb, 0xbf] : []
        if dice.happens(0.9) { bytes += Array("h1,h2;h3\th4\n".utf8) }
        for _ in 0..<dice.number(in: 0..<60) {
            bytes += Self.pieces[dice.number(in: 0..<Self.pieces.count)]
        }
        return bytes
    }

    @Test("gives the same records, compressed or not", arguments: 1...12 as ClosedRange<UInt64>)
    func sameRecords(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<60 {
            let bytes = bytes(dice)
            for dialect in Self.dialects {
                let whole = outcome { try readCSV(bytes, dialect: dialect) }
                let size = dice.number(in: 1..<20)
                let label = "seed \(seed), round \(round): \(bytes)"
                #expect(
                    outcome { try readCSV(bytes, dialect: dialect, chunk: size) } == whole,
                    "\(label)"
                )
                let members = dice.number(in: 1..<4)
                #expect(
                    outcome { try readCompressed(bytes, dialect, members, dice) } == whole,
                    "\(label), \(members) members"
                )
            }
        }
    }

    /// The bytes as several gzip members, in random chunks and with random room to expand into.
    private func readCompressed(
        _ bytes: [UInt8],
        _ dialect: CSVDialect,
        _ members: Int,
        _ dice: Dice
    ) throws -> ([String], [Record]) {
        var compressed: [UInt8] = []
        for member in 0..<members {
            let range = bytes.count * member / members..<bytes.count * (member + 1) / members
            compressed += Gzip.stored(Array(bytes[range]))
        }
        let gzip = try GzipReader(name: "test.csv")
        var csv = CSVReader(name: "test.csv", dialect: dialect)
        var records: [Record] = []
        var start = 0
        while start < compressed.count {
            let end = min(compressed.count, start + dice.number(in: 1..<50))
            let chunk = Array(compressed[start..<end])
            var output = [UInt8](repeating: 0, count: dice.number(in: 1..<40))
            var consumed = 0
            while case let count = try gzip.expand(chunk.span, consumed: &consumed, into: &output),
                count > 0
            {
                let batch = try csv.read(output.span.extracting(..<count))
                records += batch.map { batch in batch.rows.map { Record($0, of: batch) } } ?? []
            }
            start = end
        }
        try gzip.finish()
        let last = try csv.finish()
        records += last.map { batch in batch.rows.map { Record($0, of: batch) } } ?? []
        return (csv.header?.texts ?? [], records)
    }
}
