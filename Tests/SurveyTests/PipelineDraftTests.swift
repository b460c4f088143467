import Extraction
import Foundation
import Pipelines
import Rows
import SampleData
import TestSupport
import Testing
import Words

@testable import Survey

@Suite("A drafted definition")
struct PipelineDraftTests {
    @Test("of one file is a fact with its key, period, day and types")
    func oneFile() async throws {
        let sheets = try Sheets()
        try sheets.write(
            """
            order_id,ordered_on,Total Amount,state
            A-1,2024-01-03,120.50,paid
            A-2,2024-01-04,80.00,open
            A-3,2024-01-31,5.25,

            """,
            as: "orders_2024-01.csv"
        )
        let (yaml, pipeline) = try await sheets.draft("orders_2024-01.csv")
        #expect(
            yaml == """
                # Drafted from its sources: it loads them as they are. Comments say what to decide.
                pipeline: draft
                # Without `end` every month that has ended is due.
                period: { grain: month, start: 2024-01, end: 2024-01 }

                sources:
                  files: { files: "\(sheets.folder)" }

                dimensions:
                  date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }

                facts:
                  orders:
                    from: { source: files, csv: "orders_{period}.csv" }
                    period: ordered_on
                    grain: order_id
                    columns:
                      order_id:     { type: text, required: true }
                      ordered_on:   { type: date, required: true }
                      total_amount: { type: "decimal(12,2)", from: "Total Amount" }
                      state:        { type: text }
                      day:          { references: date, from: ordered_on }

                """
        )
        #expect(pipeline.facts.map(\.name) == ["orders"])
    }

    @Test(
        "leaves out columns that are called what a file tells of itself",
        arguments: ["", "_2024-01"]
    )
    func reservedNames(label: String) async throws {
        let sheets = try Sheets()
        try sheets.write(
            """
            {file},{period},{file_time},order_id,amount
            a,2024-01,2024-01-03T10:00:00,A-1,120.50
            b,2024-01,2024-01-04T10:00:00,A-2,80.00
            """,
            as: "orders\(label).csv"
        )
        let (yaml, pipeline) = try await sheets.draft("orders\(label).csv")
        #expect(!yaml.contains("from: \"{"))
        #expect(
            yaml.contains(
                "    # left out: `{file}`, `{period}`, `{file_time}`; after `from` such a name is what a file tells of "
                    + "itself. Rename the column in the source\n"
            ),
            "\(yaml)"
        )
        #expect(pipeline.facts.first?.grain == ["order_id"])
    }

    @Test("reads the files of the periods beside it, as far as there is no gap")
    func neighbours() async throws {
        let sheets = try Sheets()
        for month in ["2023-11", "2023-12", "2024-01", "2024-02", "2024-04"] {
            try sheets.write("id,day\n1,\(month)-05\n2,\(month)-06\n", as: "x_\(month).csv")
        }
        let (_, pipeline) = try await sheets.draft("x_2024-01.csv")
        #expect(pipeline.periods?.first.label == "2023-11")
        #expect(pipeline.periods?.last?.label == "2024-02")
    }

    @Test(
        "cuts a file into no period that its name does not say, or that its dates are not of",
        arguments: [
            ("sheet.csv", "add `period: at` here"),
            ("sheet_2024-02.csv", "`2024-02` in the file's name is not the period of every `at`"),
        ]
    )
    func wholeFile(name: String, remark: String) async throws {
        let sheets = try Sheets()
        try sheets.write("id,at\n1,2024-03-01 10:00:00\n2,2024-03-31 23:59:59\n", as: name)
        let (yaml, pipeline) = try await sheets.draft(name)
        #expect(pipeline.periods == nil)
        #expect(pipeline.facts[0].periodColumn == nil)
        #expect(yaml.contains(remark), "\(yaml)")
        #expect(yaml.contains("# zone:"))
    }

    @Test("the calendar holds the days of all periods, those of files that were not looked at, too")
    func calendar() async throws {
        let sheets = try Sheets()
        for month in ["2023-12", "2024-01"] {
            try sheets.write("id,day\n1,\(month)-05\n2,\(month)-06\n", as: "x_\(month).csv")
        }
        let (yaml, _) = try await sheets.draft("x_2024-01.csv")
        #expect(yaml.contains("calendar: { from: 2023-01-01, to: 2024-12-31 }"), "\(yaml)")
        #expect(yaml.contains("1 file of another period was not looked at"), "\(yaml)")
    }

    @Test("makes no value null by a guess, and says what may be none")
    func words() async throws {
        let sheets = try Sheets()
        try sheets.write("id,country,count,both\n1,NA,5,NO\n2,DE,n/a,ON\n3,NA,7,NO\n4,ZA,8,ON\n")
        let (yaml, pipeline) = try await sheets.draft("sheet.csv")
        #expect(!yaml.contains("clean:"))
        #expect(yaml.contains("# `NA` stands 2 times, perhaps for nothing: `null_if`"), "\(yaml)")
        #expect(
            yaml.contains("# all but \"n/a\" are integer: with `null_if: [\"n/a\"]` it is"),
            "\(yaml)"
        )
        #expect(pipeline.facts[0].attributes.map(\.plan.type) == [.integer, .text, .text, .text])
    }

    @Test("says how numbers in groups are written, so that the definition reads them")
    func groups() async throws {
        let sheets = try Sheets()
        try sheets.write("id;whole;part\n1;12.345.678;1.234,5\n2;1.000;0,25\n")
        let (yaml, pipeline) = try await sheets.draft("sheet.csv")
        #expect(yaml.contains(#"{ type: integer, point: ",", thousands: "." }"#), "\(yaml)")
        let rules = pipeline.facts[0].attributes.map(\.plan.reading)
        #expect(rules[1] == ReadingRules(point: UInt8(ascii: ","), thousands: "."))
        #expect(rules[2] == rules[1])
    }

    @Test("says beside a column that white space at its ends is trimmed")
    func trimmed() async throws {
        let sheets = try Sheets()
        try sheets.write("id,name,count,both\n1, Ana,5 ,x\n2,N/A , 6,y\n3,N/A,7,y\n")
        let (yaml, _) = try await sheets.draft("sheet.csv")
        #expect(
            yaml.contains(
                """
                      id:    { type: integer, required: true }
                      name:  { type: text, clean: [trim] }   # `N/A` stands 2 times, perhaps for nothing: `null_if`; white space at the ends is trimmed
                      count: { type: integer, clean: [trim] }   # white space at the ends is trimmed
                      both:  { type: text }

                """
            ),
            "\(yaml)"
        )
    }

    @Test("says above a table that its encoding is a guess")
    func encoding() async throws {
        let sheets = try Sheets()
        let path = try sheets.write("")
        try Data("id,name\n1,Mu".utf8 + [0xf1] + "oz\n2,Ana\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        let (yaml, _) = try await sheets.draft("sheet.csv")
        #expect(
            yaml.contains(
                "  sheet:\n    # it is not UTF-8, and probably windows-1252: look at its letters"
            ),
            "\(yaml)"
        )
        #expect(yaml.contains("encoding: windows-1252 }"))
    }

    @Test("declares exponents of decimals that no float keeps, and says why")
    func exponents() async throws {
        let sheets = try Sheets()
        try sheets.write("id;a\n1;0.1234567890123456789\n2;1e-3\n")
        let (yaml, pipeline) = try await sheets.draft("sheet.csv")
        #expect(
            yaml.contains(
                #"a:  { type: "decimal(38,19)", exponent: true }"#
                    + "   # more than a float keeps: an exact decimal, which may have exponents"
            ),
            "\(yaml)"
        )
        #expect(pipeline.facts[0].attributes[1].plan.reading.hasExponents)
    }

    @Test("finds the same key by its words, and by its values where they cannot be something else")
    func referencesByOtherNames() async throws {
        let sheets = try Sheets()
        try sheets.write("p_partkey,p_name\n1,green one\n2,red one\n3,blue one\n", as: "part.csv")
        try sheets.write("Kunden-Nr,Ort\n10001,Ulm\n10002,Bonn\n10003,Köln\n", as: "kunden.csv")
        var text = "order_no,l_partkey,cust,quantity\n"
        for order in 1...20 {
            text += "B\(order),\(order % 3 + 1),\(10_001 + order % 2),\(order % 3 + 1)\n"
        }
        try sheets.write(text, as: "items.csv")
        let (yaml, pipeline) = try await sheets.draft("part.csv", "kunden.csv", "items.csv")
        let items = try #require(pipeline.fact("items"))
        #expect(
            items.references.map { "\($0.dimension) \($0.from)" }.sorted()
                == ["kunden [\"cust\"]", "part [\"l_partkey\"]"],
            "\(yaml)"
        )
        #expect(items.attributes.map(\.name) == ["order_no", "quantity"])
        #expect(yaml.contains("its values are all in kunden, its name does not say so"), "\(yaml)")
    }

    @Test("chooses a grain of keys and few values, and none of free text")
    func grain() async throws {
        let sheets = try Sheets()
        var text = "comment,partkey,orderkey,linenumber\n"
        for row in 0..<80 { text += "said it \(row),\(row % 70),\(row / 4),\(row % 4)\n" }
        try sheets.write(text)
        #expect(
            try await sheets.draft("sheet.csv").pipeline.facts[0].grain == [
                "orderkey", "linenumber",
            ]
        )
        try sheets.write("note,a\nthe first one,1\nthe second one,1\n", as: "free.csv")
        let (yaml, pipeline) = try await sheets.draft("free.csv")
        #expect(pipeline.facts[0].grain == ["note", "a"])
        #expect(yaml.contains("# No column and no few columns identify a row"))
    }

    @Test("a key that holds in the first rows only is found out by reading all of them")
    func refutedKey() async throws {
        let sheets = try Sheets()
        var text = "a_id,b_id,c_id\n"
        for row in 0..<21_000 { text += "\(row / 100),\(row % 100),\(row % 7)\n" }
        let path = try sheets.write(text + "0,0,6\n999,999,1\n")
        let profile = try await SourceProfiler.profile(file: path)
        #expect(profile.keys.first == ["a_id", "b_id"])
        #expect(!profile.areKeysSure)
        let proven = try await SourceProfiler.profile(files: [path])
        #expect(proven.keys == [["a_id", "b_id", "c_id"]])
        #expect(proven.areKeysSure)
    }

    @Test("reads JSON by the paths that its first objects have")
    func json() async throws {
        let sheets = try Sheets()
        try sheets.write(
            """
            {"id": 1, "who": {"name": "Ana"}, "tags": ["a"], "at": "2024-01-03"}
            {"id": 2, "who": {"name": "Luis"}, "tags": [], "at": "2024-01-04"}
            """,
            as: "orders_2024-01.jsonl"
        )
        let (yaml, pipeline) = try await sheets.draft("orders_2024-01.jsonl")
        let fact = try #require(pipeline.facts.first)
        #expect(fact.name == "orders", "\(yaml)")
        #expect(fact.extract.format == .jsonLines())
        #expect(fact.extract.pattern == "orders_{period}.jsonl")
        let columns = fact.attributes.map { "\($0.plan.source) \($0.plan.type.name)" }
        #expect(columns == ["id integer", "who.name text", "tags json", "at date"])
        #expect(!yaml.contains("expand"))
        try sheets.write(
            #"{"id": 1, "lines": [{"sku": "a"}]}"# + "\n" + #"{"id": 2, "lines": []}"#,
            as: "carts.jsonl"
        )
        #expect(try await sheets.draft("carts.jsonl").yaml.contains("`expand: lines` makes a row"))
        try sheets.write(#"{"n": 1, "rows": [{"sku": "a", "price": 1.5}]}"#, as: "prices.json")
        let prices = try await sheets.draft("prices.json").pipeline
        #expect(prices.facts.first?.extract.format == .json(rows: JSONPath("rows")))
    }

    @Test("of a table of fixed width has its widths")
    func fixedWidth() async throws {
        let sheets = try Sheets()
        try sheets.write("head\n01Bern \n02Genf \n", as: "cities.txt")
        var layout = FixedWidth([.init("id", 2), .init("the city", 5)], nulls: ["-"])
        layout.skip.before = 1
        layout.isTrimmed = true
        let yaml = try await sheets.draft(of: "cities.txt", as: .fixed(layout))
        let keys = #"widths: { "id": 2, "the city": 5 }, skip: 1, nulls: ["-"], trimmed: true"#
        #expect(yaml.contains("fixed: \"cities.txt\", \(keys)"), "\(yaml)")
    }

    @Test("of a table whose objects are expanded has its shape")
    func shape() async throws {
        let sheets = try Sheets()
        try sheets.write(
            #"{"id": 1, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 3}]}"#,
            as: "carts.jsonl"
        )
        let rule = "sum(lines[sku in ('a')].n)"
        var shape = RowShape()
        shape.expand = JSONPath("lines")
        shape.fields = [
            RowField(name: "most", content: .elements(try #require(ElementRule(rule)))),
            RowField(name: "key", content: .path(JSONPath("id"))),
        ]
        let yaml = try await sheets.draft(of: "carts.jsonl", as: .jsonLines(shape))
        #expect(
            yaml.contains(
                #"jsonl: "carts.jsonl", expand: "lines", fields: { "most": "\#(rule)", "key": "id" }"#
            ),
            "\(yaml)"
        )
        let bundle = DefinitionBundle(files: ["pipeline.yaml": yaml])
        let drafted = try Definition(bundle: bundle).pipeline
        #expect(drafted.facts.first?.extract.format == .jsonLines(shape))
    }

    @Test("makes a dimension of a file whose key stands in another one")
    func references() async throws {
        let sheets = try Sheets()
        try sheets.write("id,name\n1,Ana\n2,Luis\n3,Eva\n", as: "customers.csv")
        try sheets.write("sale,customer_id,amount\n1,1,5\n2,1,6\n3,2,7\n", as: "sales.csv")
        let (_, pipeline) = try await sheets.draft("customers.csv", "sales.csv")
        #expect(pipeline.dimensions.map(\.name) == ["customers"])
        let sale = try #require(pipeline.fact("sales"))
        #expect(sale.references.map(\.dimension) == ["customers"])
        #expect(sale.references.map(\.from) == [["customer_id"]])
        #expect(sale.references.map(\.name) == ["customer"])
        #expect(sale.references.map(\.missing) == [.reject])
    }

    @Test("makes a dimension of columns that follow from a code in a fact's own rows")
    func hiddenDimension() async throws {
        let sheets = try Sheets()
        var text = "order_id,customer_id,customer_name,customer_note\n"
        for order in 1...12 {
            let customer = order % 3
            text += "\(order),c\(customer),Customer \(customer),note \(order)\n"
        }
        try sheets.write(text)
        let (_, pipeline) = try await sheets.draft("sheet.csv")
        let customer = try #require(pipeline.dimension("customer"))
        #expect(customer.key == ["customer_id"])
        #expect(customer.attributes.map(\.name) == ["customer_id", "customer_name"])
        let fact = try #require(pipeline.facts.first)
        #expect(fact.attributes.map(\.name) == ["order_id", "customer_note"])
        #expect(fact.references.map(\.name) == ["customer"])
    }

    @Test("says when no columns identify a row, and when a date could be read in two ways")
    func decisions() async throws {
        let sheets = try Sheets()
        try sheets.write("a,day\nx,03/04/2024\nx,03/04/2024\ny,05/06/2024\n")
        let (yaml, pipeline) = try await sheets.draft("sheet.csv")
        #expect(pipeline.facts[0].grain == ["a", "day"])
        #expect(yaml.contains("# No column and no few columns identify a row: decide."))
        #expect(yaml.contains("# `03/04/2024` could be dd/MM/yyyy or MM/dd/yyyy: decide"))
        #expect(pipeline.periods == nil)
    }

    @Test("of the call centre's files is a star")
    func callCenter() async throws {
        let sheets = try Sheets()
        try CallCenterSample(seed: 7, months: 2, calls: 400).write(to: sheets.folder)
        let (_, pipeline) = try await sheets.draft(
            "campaigns.csv",
            "outcomes.csv",
            "calls_2024-01.csv.gz"
        )
        #expect(pipeline.facts.map(\.name) == ["calls"])
        #expect(pipeline.facts[0].periodColumn == "started_at")
        #expect(pipeline.facts[0].grain == ["call_id"])
        #expect(
            Set(pipeline.facts[0].references.map(\.dimension))
                .isSuperset(of: ["campaigns", "outcomes"])
        )
        #expect(pipeline.periods?.last?.label == "2024-02")
    }

    // MARK: At random

    private static let headers = [
        "id", "Order Id", "period", "load_id", "x_key", "año", "", "1st", "select", "a\"b", "${x}",
        "valid_from", "created at", "créé le", "code", "customer_id", "customer_name", "true", "~",
        "a: b", "# c", "day", "date", "VERY_LONG_\(String(repeating: "NAME_", count: 20))",
    ]
    private static let values = [
        "", " ", "1", "2", "-3", "007", "1.5", "1,5", "1.234,50", "1e3", "NULL", "N/A", "-", "yes",
        "no", "2024-01-31", "2024-02-29", "03/04/2024", "31/12/2023", "2024-01-31 10:00:00",
        "2024-01-31T10:00:00Z", "20240131", "héllo", "a\"b", "x\ny", "{}", "[1]", "${HOME}", "é",
    ]

    @Test("passes the check whatever the file holds", arguments: 1...6 as ClosedRange<UInt64>)
    func anyFile(seed: UInt64) async throws {
        let dice = Dice(seed: seed)
        let sheets = try Sheets()
        for round in 0..<40 {
            var headers = Self.headers
            let width = dice.number(in: 1..<8)
            var header: [String] = []
            while header.count < width {
                header.append(headers.remove(at: dice.number(in: 0..<headers.count)))
            }
            let kinds = header.map { _ in dice.number(in: 0..<Self.values.count) }
            var lines = [header]
            for row in 0..<dice.number(in: 0..<30) {
                lines.append(
                    kinds.map { kind in
                        if dice.happens(0.2) { return "\(row)" }
                        let index =
                            dice.happens(0.7) ? kind : dice.number(in: 0..<Self.values.count)
                        return Self.values[index]
                    }
                )
            }
            let text =
                lines.map { line in
                    line.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
                        .joined(separator: ",")
                }
                .joined(separator: "\n")
            let name = ["sheet.csv", "x_2024-01.csv", "2024.csv", "É té.csv"][
                dice.number(in: 0..<4)
            ]
            try sheets.write(text + "\n", as: name)
            do {
                _ = try await sheets.draft(name)
            } catch let error as DraftError {
                #expect(error.description.contains("give its header names"))
            } catch {
                Issue.record("seed \(seed), round \(round): \(error)\n\(text)")
                return
            }
        }
    }
}
