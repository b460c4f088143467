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

    private func said(
        _ text: String,
        as severity: Diagnostic.Severity = .error
    ) -> [String] {
        diagnose(DefinitionBundle(files: ["pipeline.yaml": text]))
            .filter { $0.severity == severity }
            .map(\.description)
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

    @Test("states that are merged by time, and rows that are compared, go through wider tables")
    func wayThrough() {
        let ordered = Self.definition(1_597, type: "text")
            .replacing("key: id", with: "key: id\n    effective: at")
        #expect(said(ordered).first?.contains("it would have 1602 columns") == true)
        let merged = Self.fact(1_598, type: "text")
            .replacing("grain: [id]", with: "grain: [id]\n    load: merge")
        #expect(said(merged).first?.contains("it would have 1601 columns") == true)
        let kept = Self.fact(1_599, type: "text")
            .replacing("grain: [id]", with: "grain: [id]\n    duplicates: keep_last")
        #expect(said(kept).first?.contains("it would have 1601 columns") == true)
    }

    /// How many columns still fit, whatever is in them, beside an `integer` and the load's own column.
    @Test(
        "a table whose rows may not fit is warned of, with the bytes that they may take",
        arguments: [
            ("text, required: true", 338, 8_176), ("json, required: true", 338, 8_176),
            ("\"decimal(38,10)\", required: true", 353, 8_184),
            ("\"decimal(36,0)\", required: true", 386, 8_168),
            ("integer, required: true", 1_015, 8_168), ("text", 337, 8_176),
            ("\"decimal(4,2)\"", 1_139, 8_168),
        ]
    )
    func filled(type: String, fitting: Int, bytes: Int) {
        let fits = Self.fact(fitting + 1, type: type)
        #expect(said(fits) + said(fits, as: .warning) == [])
        let warned = said(Self.fact(fitting + 2, type: type), as: .warning)
        let refused = said(Self.fact(fitting + 2, type: type))
        #expect(
            (warned + refused).first?.contains(" \(bytes) bytes, and Postgres allows 8160") == true,
            "\(warned) \(refused)"
        )
        #expect(warned.first?.hasSuffix("[table.wide]") ?? true)
    }

    @Test("wide decimals and filled JSON that may be short are no error")
    func long() {
        for (type, count) in [("\"decimal(38,10)\"", 800), ("json", 600)] {
            let text = Self.fact(count, type: type)
            #expect(said(text) == [])
            #expect(
                said(text, as: .warning).first?
                    .contains(
                        "`fact_big` may be too wide: a row with long values in its \(count + 1)"
                    )
                    == true
            )
        }
    }
}
