import Pipelines
import Testing

@Suite("Tables that are too wide for Postgres")
struct RowWidthTests {
    private static func definition(_ columns: Int, type: String, versioned: Bool = false) -> String
    {
        let lines = (1..<columns).map { "      c\($0): { type: \(type) }" }
        let change = versioned ? ", scd: 2" : ""
        return """
            pipeline: wide
            sources: { drops: { files: data } }
            dimensions:
              big:
                from: { source: drops, csv: big.csv }
                key: id
            \(versioned ? "    effective: at" : "")
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp\(change) }
            \(lines.dropLast().joined(separator: "\n"))

            """
    }

    private static func fact(_ columns: Int, type: String) -> String {
        let lines = (1..<columns).map { "      c\($0): { type: \(type) }" }
        return """
            pipeline: wide
            sources: { drops: { files: data } }
            facts:
              big:
                from: { source: drops, csv: big.csv }
                grain: [id]
                columns:
                  id: { type: integer, required: true }
            \(lines.joined(separator: "\n"))

            """
    }

    private func said(_ text: String) -> [String] {
        problems(DefinitionBundle(files: ["pipeline.yaml": text]))
    }

    @Test("a fact of 1,599 texts is the widest that can be, with the load's own column")
    func columns() {
        #expect(said(Self.fact(1_599, type: "text")).isEmpty)
        let refused = said(Self.fact(1_600, type: "text"))
        #expect(refused.count == 1)
        #expect(
            refused[0]
                .contains(
                    "the table `fact_big` is too wide: it would have 1601 columns with Longshore's own, "
                        + "and Postgres allows 1600"
                )
        )
        #expect(refused[0].hasPrefix("pipeline.yaml:4:3: error: "), "\(refused)")
        #expect(refused[0].hasSuffix("[table.too_wide]"))
    }

    @Test("numbers count with all their bytes")
    func bytes() {
        #expect(said(Self.fact(1_016, type: "integer")).isEmpty)
        let refused = said(Self.fact(1_017, type: "integer"))
        #expect(
            refused.first?
                .contains("1018 columns takes at least 8168 bytes, and Postgres allows 8160")
                == true,
            "\(refused)"
        )
    }

    @Test("a dimension counts its key, its versions and where its rows came from")
    func dimension() {
        #expect(said(Self.definition(1_594, type: "text", versioned: true)).isEmpty)
        let refused = said(Self.definition(1_595, type: "text", versioned: true))
        #expect(refused.first?.contains("`dim_big` is too wide: it would have 1601") == true)
        #expect(said(Self.definition(1_597, type: "text")).isEmpty)
        #expect(said(Self.definition(1_598, type: "text")).count == 1)
    }
}
