import Testing

@testable import Pipelines

@Suite("What becomes of objects of JSON")
struct RowShapeTests {
    private func extract(_ source: String, _ from: String) throws -> Extract {
        let yaml = """
            pipeline: shop
            sources: { shop: { \(source) } }
            facts:
              line:
                from: { source: shop, \(from) }
                grain: [id]
                columns: { id: { type: text, required: true } }
            """
        let bundle = DefinitionBundle(files: ["pipeline.yaml": yaml])
        return try #require(try Pipeline.parse(bundle: bundle).facts.first).extract
    }

    private static let keys =
        #"expand: order.lines, fields: { city: "customer.city", tax: "sum(taxes[kind in ('vat', 'city')].amount)" }"#

    private static var shape: RowShape {
        var shape = RowShape()
        shape.expand = JSONPath("order.lines")
        let condition = ElementRule.Condition(
            path: JSONPath("kind"),
            texts: ["vat", "city"],
            isNegated: false
        )
        let tax = ElementRule(
            function: .sum,
            array: JSONPath("taxes"),
            condition: condition,
            value: JSONPath("amount")
        )
        shape.fields = [
            RowField(name: "city", content: .path(JSONPath("customer.city"))),
            RowField(name: "tax", content: .elements(tax)),
        ]
        return shape
    }

    @Test("is the same in files, documents and answers")
    func everywhere() throws {
        let shape = Self.shape
        let lines = try extract("files: data", "jsonl: a.jsonl, \(Self.keys)")
        #expect(lines.format == .jsonLines(shape))
        let document = try extract("files: data", "json: a.json, rows: data, \(Self.keys)")
        #expect(document.format == .json(rows: JSONPath("data"), shape))
        let documents = try extract(
            #"mongo: "mongodb://db.example/app""#,
            "collection: orders, \(Self.keys)"
        )
        #expect(documents.format == .jsonLines(shape))
        let answers = try extract(#"http: "https://shop.example""#, "get: orders, \(Self.keys)")
        #expect(answers.calls?.shape == shape)
        // What an API has answered has its shape before it is a record.
        #expect(answers.format == .jsonLines())
        #expect(try extract("files: data", "jsonl: a.jsonl").format == .jsonLines())
    }

    @Test("reads what lies at its paths")
    func paths() {
        #expect(Self.shape.paths.map(\.text) == ["order.lines", "customer.city", "taxes"])
    }

    @Test("a rule is written as it is read")
    func rules() {
        #expect(
            Self.shape.fields.map(\.content.rule)
                == ["customer.city", "sum(taxes[kind in ('vat', 'city')].amount)"]
        )
        for text in ["count(a.b)", "first(a.b)", "sum(a[b not in ('o''x')].c.d)", "sum(a)"] {
            #expect(ElementRule(text)?.text == text)
        }
    }
}
