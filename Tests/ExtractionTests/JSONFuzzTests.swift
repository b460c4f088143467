import Foundation
import Pipelines
import Rows
import TestSupport
import Testing
import Words

@testable import Extraction

@Suite("JSON at random, beside Foundation's reader")
struct JSONFuzzTests {
    private static let names = [
        "a", "b", "c", "nöt", "a name of more than eight bytes", "e\\u0073c",
    ]
    private static let texts = [
        "", "plain", "a text that is longer than a word of eight", "ünï", "\\n\\t\\\"\\\\\\/",
        "\\u00e9",
        "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\ud83d\\u0041", "\\u12", "\\x", "tab\tin it",
        "\\",
        "{[,:]}", "😀",
    ]
    private static let scalars = [
        "0", "-0", "12", "-3.5", "1e3", "2.5E-2", "01", "1.", ".5", "-", "+1", "1e", "true",
        "false",
        "null", "tru", "nul", "NaN", "", "9007199254740993", "0.10",
    ]
    private static let blanks = ["", "", "", " ", "\t", "  ", "\r"]

    /// A value, right most of the time.
    private func value(_ dice: Dice, depth: Int = 0) -> String {
        switch dice.number(in: 0..<(depth < 4 ? 10 : 7)) {
        case 0..<3:
            let isTried = dice.happens(0.3)
            return Self.scalars[
                isTried ? dice.number(in: 0..<Self.scalars.count) : dice.number(in: 0..<6)
            ]
        case 3..<7:
            let isTried = dice.happens(0.3)
            let text = Self.texts[
                isTried ? dice.number(in: 0..<Self.texts.count) : dice.number(in: 0..<6)
            ]
            return "\"\(text)\""
        case 7:
            let items = (0..<dice.number(in: 0..<4)).map { _ in value(dice, depth: depth + 1) }
            return "[" + items.map { blank(dice) + $0 + blank(dice) }.joined(separator: ",") + "]"
        default: return object(dice, depth: depth + 1)
        }
    }

    private func object(_ dice: Dice, depth: Int = 0) -> String {
        // Names that stand twice are a matter of their own.
        let first = dice.number(in: 0..<Self.names.count)
        let members = (0..<dice.number(in: 0..<Self.names.count))
            .map { step in
                let name = Self.names[(first + step) % Self.names.count]
                let value = value(dice, depth: depth)
                return
                    "\(blank(dice))\"\(name)\"\(blank(dice)):\(blank(dice))\(value)\(blank(dice))"
            }
        return "{" + members.joined(separator: ",") + "}"
    }

    private func blank(_ dice: Dice) -> String {
        Self.blanks[dice.number(in: 0..<Self.blanks.count)]
    }

    /// An object in a line, sometimes with something taken out or put in.
    private func line(_ dice: Dice) -> String {
        var line = object(dice)
        if dice.happens(0.3), !line.isEmpty {
            let place = line.index(line.startIndex, offsetBy: dice.number(in: 0..<line.count))
            if dice.happens(0.5) {
                line.remove(at: place)
            } else {
                let extra = ["{", "}", "[", "]", ",", ":", "\"", "\\", "1", " "]
                line.insert(contentsOf: extra[dice.number(in: 0..<extra.count)], at: place)
            }
        }
        return line
    }

    /// The objects' members as texts; `nil` for what is refused.
    private func foundations(_ line: String) -> [String?]? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
            let members = object as? [String: Any]
        else { return nil }
        return Self.columns.map { text(of: members[$0]) }
    }

    private static let columns = ["a", "b", "c", "nöt", "a name of more than eight bytes", "esc"]

    private func text(of value: Any?) -> String? {
        switch value {
        case let text as String: "text " + text
        case let number as NSNumber: "number \(number.doubleValue + 0)"
        case nil, is NSNull: nil
        default: "nested"
        }
    }

    private func ours(_ batch: RowBatch, _ row: RowBatch.Row) -> [String?]? {
        guard row.fault < 0 else { return nil }
        return (0..<row.fieldCount)
            .map { index in
                let slice = batch.fields[row.firstField + index]
                let text = String(decoding: batch.field(index, of: row), as: UTF8.self)
                if slice.wasQuoted { return "text " + text }
                switch text {
                case "": return nil
                case "true": return "number 1.0"
                case "false": return "number 0.0"
                case _ where text.hasPrefix("{") || text.hasPrefix("["): return "nested"
                // Foundation has no -0.
                default: return "number \((Double(text) ?? .nan) + 0)"
                }
            }
    }

    @Test("gives the same values, and refuses the same", arguments: 1...12 as ClosedRange<UInt64>)
    func sameValues(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        let lines = (0..<400).map { _ in line(dice) }.filter { !$0.allSatisfy(\.isWhitespace) }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var reader = JSONLinesReader(
            name: "test.jsonl",
            input: 0,
            columns: JSONColumns(keeping: Self.columns.exact)
        )
        var values: [[String?]?] = []
        func keep(_ batch: RowBatch?) {
            guard let batch else { return }
            values += batch.rows.map { ours(batch, $0) }
        }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + dice.number(in: 1..<2_000))
            keep(try reader.read(bytes.span.extracting(start..<end)))
            start = end
        }
        keep(try reader.finish())
        try #require(values.count == lines.count)
        // Foundation takes a comma before a closing bracket, which JSON has not.
        let pairs = zip(lines, values).filter { !$0.0.contains(#/,\s*[}\]]/#) }
        for (line, ours) in pairs {
            #expect(ours == foundations(line), "seed \(seed): \(line)")
        }
    }

    @Test(
        "an array gives the same records as its objects line by line",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func sameRecords(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for _ in 0..<40 {
            let lines = (0..<dice.number(in: 0..<12)).map { _ in object(dice) }
                .filter { foundations($0) != nil }
            let whole = Array(lines.joined(separator: "\n").utf8)
            let expected = try readJSON(whole, columns: Self.columns)
            let array =
                "[" + lines.map { blank(dice) + $0 + blank(dice) }.joined(separator: ",") + "]"
            let document =
                "{\"before\": \(value(dice, depth: 4)), \"data\": {\"rows\":\(array), \"x\": {}}}"
            guard foundations(document) != nil else { continue }
            let read = try readJSON(
                Array(document.utf8),
                columns: Self.columns,
                format: .json(rows: JSONPath("data.rows")),
                chunk: dice.number(in: 1..<40)
            )
            #expect(read.map(\.fields) == expected.map(\.fields), "seed \(seed): \(document)")
            #expect(read.map(\.raw) == expected.map(\.raw), "seed \(seed): \(document)")
        }
    }
}
