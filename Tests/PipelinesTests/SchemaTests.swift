import Foundation
import Testing

@testable import Pipelines

@Suite("The JSON Schema")
struct SchemaTests {
    private let schema: [String: Any]

    init() throws {
        let data = Data(PipelineSchema.json().utf8)
        schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("has the keys of the language, each with a sentence")
    func keys() throws {
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(Set(properties.keys) == Set(Grammar.pipeline.keys.map(\.name)))
        #expect(properties.values.filter { $0["description"] == nil }.isEmpty)
        #expect(schema["required"] as? [String] == ["pipeline"])
        #expect(schema["additionalProperties"] as? Bool == false)
    }

    @Test("tells what holds without a key, as YAML has it")
    func standards() throws {
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties["zone"]?["default"] as? String == "UTC")
        let text = PipelineSchema.json()
        #expect(text.contains("\"default\": false") && text.contains("\"default\": 1"))
        #expect(text.contains("The queue its tasks go to. Unless said: `default`."))
    }

    @Test("tells the kinds of dimensions apart")
    func variants() throws {
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        let dimension = try #require(
            properties["dimensions"]?["additionalProperties"] as? [String: Any]
        )
        let variants = try #require(dimension["anyOf"] as? [[String: Any]])
        #expect(
            variants.map { $0["required"] as? [String] } == [
                ["calendar"], ["from", "key", "columns"],
            ]
        )
    }
}

@Suite("The reference of the language")
struct ReferenceTests {
    @Test("describes every key and every code")
    func complete() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/definition.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let missing =
            (Self.keys(of: .record(Grammar.pipeline)) + Diagnostic.Code.allCases.map(\.rawValue))
            .filter { !text.contains("`\($0)`") && !text.contains("{ \($0): ") }
        #expect(missing == [])
    }

    @Test("says of every key what its value is, and what holds without it, as the grammar does")
    func tables() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/definition.md")
        let tables = Self.keyTables(in: try String(contentsOf: path, encoding: .utf8))
        try #require(tables.count == Self.records.count)
        for (rows, record) in zip(tables, Self.records) {
            #expect(Set(rows.keys) == Set(record.keys.map(\.name)), "\(record.title)")
            for key in record.keys {
                let standard = key.isRequired ? "**needed**" : key.standard.map { "`\($0)`" } ?? ""
                #expect(
                    rows[key.name] == [key.shape.word, standard],
                    "`\(key.name)` of \(record.title)"
                )
            }
        }
    }

    /// What the page's tables of keys describe, in its order.
    private static let records = [
        Grammar.pipeline, Grammar.timeLimits, Grammar.period, Grammar.schedule, Grammar.alert,
        Grammar.alertTarget, Grammar.parameter, Grammar.credential, Grammar.source,
        Grammar.extract, Grammar.dimension, Grammar.calendarDimension, Grammar.calendar,
        Grammar.fact, Grammar.expectations, Grammar.total, Grammar.dimensionColumn,
        Grammar.dimensionReference, Grammar.mart, Grammar.martTest, Grammar.export,
        Grammar.exportTarget, Grammar.chart, Grammar.chartTarget,
    ]

    /// The cells `value` and `default` by key, of each table that begins with `key`.
    private static func keyTables(in text: String) -> [[String: [String]]] {
        var tables: [[String: [String]]] = []
        var isInTable = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            if cells.dropFirst().starts(with: ["value", "default"]) {
                tables.append([:])
                isInTable = true
            } else if cells.isEmpty {
                isInTable = false
            } else if isInTable, !cells[0].hasPrefix("---") {
                for name in cells[0].matches(of: /`(\w+)`/) {
                    tables[tables.count - 1][String(name.1)] = Array(cells[1...2])
                }
            }
        }
        return tables
    }

    @Test("shows every key in an example")
    func examples() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/definition.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let blocks = text.components(separatedBy: "```").filter { $0.hasPrefix("yaml") }
            .joined()
        let words = Set(blocks.matches(of: /\w+/).map { String($0.output) })
        let missing = Set(Self.keys(of: .record(Grammar.pipeline), withWords: false))
            .subtracting(words)
        #expect(missing.sorted() == [])
    }

    /// Every key that is reachable in the grammar, and every word that a value may be.
    private static func keys(of shape: Shape, withWords: Bool = true) -> [String] {
        switch shape {
        case .record(let record):
            record.keys.flatMap { [$0.name] + keys(of: $0.shape, withWords: withWords) }
        case .variants(let records):
            records.flatMap { keys(of: .record($0), withWords: withWords) }
        case .list(let item), .oneOrMore(let item), .named(_, let item):
            keys(of: item, withWords: withWords)
        case .either(_, let mapping): keys(of: mapping, withWords: withWords)
        case .choice(let words): withWords ? words : []
        default: []
        }
    }
}
