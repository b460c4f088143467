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

    @Test("shows every key in an example")
    func examples() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/definition.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let blocks = text.components(separatedBy: "```").filter { $0.hasPrefix("yaml") }
            .joined()
        let words = Set(blocks.matches(of: /\w+/).map { String($0.output) })
        let missing = Set(Self.keys(of: .record(Grammar.pipeline))).subtracting(words)
        #expect(missing.sorted() == [])
    }

    /// Every key and word that is reachable in the grammar.
    private static func keys(of shape: Shape) -> [String] {
        switch shape {
        case .record(let record): record.keys.flatMap { [$0.name] + keys(of: $0.shape) }
        case .variants(let records): records.flatMap { keys(of: .record($0)) }
        case .list(let item), .oneOrMore(let item), .named(_, let item): keys(of: item)
        case .either(_, let mapping): keys(of: mapping)
        case .choice(let words): words
        default: []
        }
    }
}
