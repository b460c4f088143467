import Testing
import Words

@testable import Pipelines

@Suite("How CSV is written, in a definition")
struct CSVDialectTests {
    private func dialect(_ keys: String) throws -> CSVDialect? {
        let bundle = Shop.bundle(
            replacing: "csv: customers.csv",
            with: "csv: customers.csv, \(keys)"
        )
        let pipeline = try Pipeline.parse(bundle: bundle)
        guard case .extract(let extract)? = pipeline.dimension("customer")?.content,
            case .csv(let dialect)? = extract.format
        else { return nil }
        return dialect
    }

    @Test("each key is read")
    func keys() throws {
        let all = try dialect(
            #"columns: [country, number, updated_at, city_code], skip: { before: 2, after: 1 }, "#
                + #"nulls: ["NULL", '\N'], quote: none, escape: backslash"#
        )
        #expect(
            all
                == CSVDialect(
                    columns: ["country", "number", "updated_at", "city_code"],
                    skip: SkippedLines(before: 2, after: 1),
                    nulls: ["NULL", "\\N"],
                    hasQuotes: false,
                    hasEscapes: true
                )
        )
        #expect(try dialect("skip: 3")?.skip == SkippedLines(before: 3))
        #expect(try dialect("nulls: '-'")?.nulls == ["-"])
        #expect(try dialect("quote: double, escape: none") == CSVDialect())
    }

    @Test("each is a part of what the rows follow from")
    func words() throws {
        func definition(_ keys: String) throws -> TableDefinition? {
            let bundle = Shop.bundle(
                replacing: "csv: customers.csv",
                with: "csv: customers.csv" + keys
            )
            return try Pipeline.parse(bundle: bundle).tableDefinitions["dim_customer"]
        }
        let plain = try definition("")
        let columns = "columns: [country, number, updated_at, city_code]"
        for keys in [
            columns, "skip: 1", "skip: { after: 1 }", "nulls: x", "quote: none",
            "escape: backslash",
        ] {
            let changed = try #require(try definition(", " + keys))
            #expect(
                changed.changes(since: try #require(plain)).map(\.description) == [
                    "the source has changed"
                ]
            )
        }
        #expect(try definition(", skip: 0, quote: double") == plain)
    }

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a column that stands twice",
                replacing: "csv: customers.csv }",
                with:
                    "csv: customers.csv, columns: [country, country, number, updated_at, city_code] }",
                ["14:67: error: `country` stands twice in `columns` [name.taken]"]
            ),
            Mistake(
                "a column that the file does not have",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, columns: [country, numbre, updated_at, city_code] }",
                [
                    "19:7: error: the file has no column `number`; did you mean `numbre`? [name.unknown]"
                ]
            ),
            Mistake(
                "more lines than are skipped",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, skip: 1001 }",
                ["14:54: error: `skip` cannot be `1001` [value.malformed]"]
            ),
            Mistake(
                "a null word that no field is",
                replacing: "csv: customers.csv }",
                with: #"csv: customers.csv, nulls: ["a,b"] }"#,
                ["14:56: error: `nulls` cannot have `a,b`: no field is it [value.malformed]"]
            ),
            Mistake(
                "another quote",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, quote: single }",
                ["14:55: error: `quote` cannot be `single` [value.malformed]"]
            ),
            Mistake(
                "the name of a file that is a query",
                replacing: "name: { type: text, clean: [trim, squeeze] }",
                with: #"name: { type: text, from: "{file}" }"#,
                [
                    "12:33: error: what a query gives has no `{file}` [source.kind]"
                ]
            ),
            Mistake(
                "the time of a file that is no timestamp",
                replacing: "updated_at: { type: timestamp }",
                with: #"updated_at: { type: date, from: "{file_time}" }"#,
                [
                    "20:27: error: `{file_time}` cannot be read as `updated_at` [type.mismatch]"
                ]
            ),
            Mistake(
                "skipped lines of JSON",
                replacing: "csv: customers.csv }",
                with: "jsonl: customers.jsonl, skip: 1 }",
                ["14:52: error: `skip` stands beside `jsonl` [key.conflict]"]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
