import Testing

@testable import Pipelines

@Suite("Fixed width, in a definition")
struct FixedWidthTests {
    private static let widths = "widths: { country: 2, number: 8, updated_at: 20, city_code: 4 }"

    private func bundle(_ keys: String) -> DefinitionBundle {
        Shop.bundle(replacing: "csv: customers.csv", with: "fixed: customers.txt\(keys)")
    }

    private func layout(_ keys: String) throws -> FixedWidth? {
        let pipeline = try Pipeline.parse(bundle: bundle(", " + keys))
        guard case .extract(let extract)? = pipeline.dimension("customer")?.content,
            case .fixed(let layout)? = extract.format
        else { return nil }
        return layout
    }

    @Test("each key is read, and columns keep their order")
    func keys() throws {
        let plain = try #require(try layout(Self.widths))
        #expect(plain.columns.map(\.name) == ["country", "number", "updated_at", "city_code"])
        #expect(plain == FixedWidth(plain.columns) && plain.width == 34)
        var whole = FixedWidth(plain.columns, encoding: .latin1, nulls: ["-"], isTrimmed: true)
        whole.skip = SkippedLines(before: 1)
        #expect(
            try layout("\(Self.widths), encoding: latin-1, nulls: '-', skip: 1, trimmed: true")
                == whole
        )
    }

    @Test("each is a part of what the rows follow from")
    func words() throws {
        let plain = try #require(try layout(Self.widths)).words
        for keys in ["encoding: latin-1", "nulls: '-'", "skip: 1", "trimmed: true"] {
            #expect(try layout("\(Self.widths), \(keys)")?.words != plain)
        }
        #expect(try layout(Self.widths.replacing("8", with: "9"))?.words != plain)
    }

    @Test(
        "what cannot be is told",
        arguments: [
            ("", "`widths` is missing, which tells where the columns are [key.missing]"),
            (", widths: {}", "`widths` has 0 columns [value.malformed]"),
            (", widths: { country: 0 }", "`country` cannot be `0` wide [value.malformed]"),
            (
                ", widths: { country: 16000000, number: 1000000 }",
                "`widths` are 17,000,000 characters together [value.malformed]"
            ),
            (
                ", widths: { country: 2 }, nulls: '- '",
                "`nulls` cannot have `- `: no field is it [value.malformed]"
            ),
            (", widths: { country: wide }", "`country` cannot be `wide` wide [value.malformed]"),
            (", widths: { country: 2 }", "the file has no column `number` [name.unknown]"),
            (
                ", widths: { number: 2 }, delimiter: ';'",
                "`delimiter` stands beside `fixed` [key.conflict]"
            ),
        ]
    )
    func mistakes(_ keys: String, _ told: String) {
        let error = #expect(throws: DefinitionError.self) {
            try Pipeline.parse(bundle: bundle(keys))
        }
        let found = error?.diagnostics.map { "\($0.message) [\($0.code.rawValue)]" } ?? []
        #expect(found.contains(told), "\(found)")
    }

    @Test("its keys stand beside nothing else")
    func elsewhere() {
        let csv = Shop.bundle(
            replacing: "csv: customers.csv",
            with: "csv: customers.csv, widths: { country: 2 }, trimmed: true"
        )
        let error = #expect(throws: DefinitionError.self) { try Pipeline.parse(bundle: csv) }
        #expect(error?.diagnostics.map(\.code) == [.keyConflict, .keyConflict])
    }
}
