import Extraction
import Foundation
import Pipelines
import TestSupport
import Testing

@testable import Survey

@Suite("A check of sources")
struct SourceCheckTests {
    private static let shop = """
        pipeline: shop
        period: { grain: month, start: 2024-01, end: 2024-04 }
        sources:
          drops: { files: "${DROPS}" }
        dimensions:
          customer:
            from: { source: drops, csv: customers.csv }
            key: customer_id
            columns:
              customer_id: { type: text, required: true, clean: [trim] }
              name: { type: text, length: { max: 5 } }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
              customer: { references: customer, from: customer_id }
              amount: { type: "decimal(12,2)", min: 0 }
            expect: { rejects: { max: 10% } }

        """

    private func check(
        _ sheets: Sheets,
        of text: String = shop,
        periods: [String] = ["2024-01", "2024-02"],
        rows: Int = 1_000,
        environment: [String: String]? = nil
    ) async throws -> SourceReport {
        let bundle = DefinitionBundle(files: ["pipeline.yaml": text])
        let variables = environment ?? ["DROPS": sheets.folder]
        return try await SourceCheck(
            try Pipeline.parse(bundle: bundle),
            folder: sheets.folder,
            periods: periods.compactMap { Period($0, grain: .month) },
            sampleRows: rows,
            environment: SourceEnvironment { variables[$0] }
        )
        .run()
    }

    private func goodSheets() throws -> Sheets {
        let sheets = try Sheets()
        try sheets.write("customer_id,name\nc1,Ana\nc2,Luis\n", as: "customers.csv")
        for month in ["2024-01", "2024-02"] {
            try sheets.write(
                "sale_id,sold_on,customer_id,amount\n1,\(month)-05,c1,9.50\n2,\(month)-06,c2,1\n",
                as: "sales_\(month).csv"
            )
        }
        return sheets
    }

    private func messages(_ report: SourceReport) -> [String] {
        report.findings.map { "\($0.severity.rawValue): \($0.subject): \($0.message)" }
    }

    @Test("of JSON tells paths that no object has, and judges rows as a load reads them")
    func json() async throws {
        let text = Self.shop.replacing("csv: customers.csv", with: "jsonl: customers.jsonl")
            .replacing("name: { type: text,", with: "name: { type: text, from: who.nam,")
        let sheets = try goodSheets()
        try sheets.write(
            """
            {"customer_id": "c1", "who": {"name": "Ana"}}
            {"customer_id": ["c2"], "who": {"name": "Luis"}}
            """,
            as: "customers.jsonl"
        )
        let report = try await check(sheets, of: text)
        let told = messages(report)
        #expect(
            told.contains(
                "warning: dim_customer: `customers.jsonl` has no column `who.nam`, which is empty there"
            ),
            "\(told)"
        )
        #expect(report.samples.first?.good == 1)
        let missing = try await check(
            sheets,
            of: text.replacing("key: customer_id", with: "key: id")
                .replacing(
                    "customer_id: { type: text, required",
                    with: "id: { type: text, required"
                )
                .replacing("from: customer_id }", with: "from: customer_id }")
        )
        #expect(
            messages(missing).contains { $0.contains("the source has no column `id`") },
            "\(messages(missing))"
        )
    }

    @Test("of JSON that is expanded judges the rows, and the columns that they have")
    func expanded() async throws {
        let text = Self.shop
            .replacing(
                "csv: customers.csv",
                with: "jsonl: customers.jsonl, expand: who, fields: { many: count(who) }"
            )
            .replacing("name: { type: text,", with: "name: { type: text, from: who.name,")
            .replacing(
                "customer_id: { type: text, required",
                with: "customer_id: { type: text, from: who.id, required"
            )
        let sheets = try goodSheets()
        try sheets.write(
            """
            {"who": [{"id": "c1", "name": "Ana"}, {"id": "c2", "name": "Luis"}]}
            {"who": 5}
            """,
            as: "customers.jsonl"
        )
        let report = try await check(sheets, of: text)
        let told = messages(report)
        #expect(!told.contains { $0.contains("has no column") }, "\(told)")
        #expect(told.contains("note: dim_customer: nothing reads `many`"), "\(told)")
        #expect(report.samples.first?.good == 2)
        #expect(report.samples.first?.rows == 3)
    }

    @Test("of good ones finds nothing, and counts the rows")
    func good() async throws {
        let report = try await check(try goodSheets())
        #expect(messages(report) == [])
        #expect(report.samples.map(\.table) == ["dim_customer", "fact_sale", "fact_sale"])
        #expect(report.samples.map(\.period) == ["", "2024-01", "2024-02"])
        #expect(report.samples.map(\.good) == [2, 2, 2])
        #expect(!report.hasErrors)
    }

    @Test("counts what would be rejected by rule and column, with the first line")
    func rejects() async throws {
        let sheets = try goodSheets()
        try sheets.write(
            """
            sale_id,sold_on,customer_id,amount
            1,2024-01-05,c1,-1
            2,2024-01-06,,5
            3,2024-02-06,c1,5
            4,2024-01-06,c1,-2
            5,2024-01-06,c1
            6,2024-01-07,c1,5
            6,2024-01-07,c1,5
            6,2024-01-07,c1,6

            """,
            as: "sales_2024-01.csv"
        )
        let report = try await check(sheets)
        let sample = report.samples[1]
        #expect((sample.rows, sample.good, sample.doubled) == (8, 1, 1))
        #expect(
            Set(
                sample.rejects.map {
                    "\($0.rule) \($0.column ?? "-") \($0.rows) \($0.firstInput):\($0.firstLine)"
                }
            ) == [
                "min amount 2 sales_2024-01.csv:2", "required customer 1 sales_2024-01.csv:3",
                "period sold_on 1 sales_2024-01.csv:4", "fields - 1 sales_2024-01.csv:6",
                "grain - 1 sales_2024-01.csv:9",
            ]
        )
        #expect(
            messages(report) == [
                "warning: fact_sale: 6 of 8 sampled rows of 2024-01 would be rejected, more than "
                    + "`expect: { rejects: { max: … } }` allows"
            ]
        )
    }

    @Test("reads no more rows than the sample has")
    func sampled() async throws {
        let sheets = try goodSheets()
        let text = (1...5_000).map { "c\($0),x\n" }.joined()
        try sheets.write("customer_id,name\n" + text, as: "customers.csv")
        let report = try await check(sheets, rows: 70)
        #expect(report.samples[0].rows == 70)
    }

    @Test("tells columns that are missing with the nearest ones, and those that nothing reads")
    func columns() async throws {
        let sheets = try goodSheets()
        try sheets.write("customerid,name,phone\nc1,Ana,1\n", as: "customers.csv")
        try sheets.write(
            "sale_id,sold_on,customer_id,amount,note\n1,2024-01-05,c1,9,x\n",
            as: "sales_2024-01.csv"
        )
        #expect(
            messages(try await check(sheets)) == [
                "error: dim_customer: the source has no column `customer_id` "
                    + "(did you mean `customerid`?)",
                "note: dim_customer: its columns are `customerid`, `name`, `phone`",
                "note: fact_sale: nothing reads `note`",
                "note: fact_sale: the header of 2024-02 is not that of 2024-01: it lacks `note`",
            ]
        )
    }

    @Test("tells a period whose header lost a column that is read")
    func drift() async throws {
        let sheets = try goodSheets()
        try sheets.write(
            "sale_id,sold_on,customer_id,total\n1,2024-02-05,c1,9\n",
            as: "sales_2024-02.csv"
        )
        let report = try await check(sheets)
        #expect(
            messages(report) == [
                "warning: fact_sale: the header of 2024-02 is not that of 2024-01: it lacks `amount` "
                    + "and adds `total`"
            ]
        )
    }

    @Test(
        "a period whose header lacks a column that rows need, or calls one otherwise, is an error"
    )
    func refusedDrift() async throws {
        for (header, row) in [
            ("sold_on,customer_id,amount", "2024-02-05,c1,9"),
            ("sale_id,sold_on,amount", "1,2024-02-05,9"),
            ("sale_id,sold_on,customer_id,amounts", "1,2024-02-05,c1,9"),
        ] {
            let sheets = try goodSheets()
            try sheets.write("\(header)\n\(row)\n", as: "sales_2024-02.csv")
            let report = try await check(sheets)
            #expect(report.hasErrors, "\(header)")
            #expect(
                messages(report).first?
                    .hasPrefix(
                        "error: fact_sale: the header of 2024-02 is not that of 2024-01: it lacks "
                    ) == true
            )
        }
    }

    @Test(
        "the first period may lack a column that a later one has; a name that none has is an error"
    )
    func firstLacks() async throws {
        let sheets = try goodSheets()
        try sheets.write(
            "sold_on,customer_id,sale_id\n2024-01-05,c1,1\n",
            as: "sales_2024-01.csv"
        )
        let report = try await check(sheets)
        #expect(
            messages(report) == [
                "warning: fact_sale: `sales_2024-01.csv` has no column `amount`, which is empty there",
                "note: fact_sale: the header of 2024-02 is not that of 2024-01: it adds `amount`",
            ]
        )
        #expect(report.samples.map(\.good) == [2, 1, 2])
        let text = Self.shop.replacing("amount: {", with: "gross: {")
        #expect(
            messages(try await check(sheets, of: text)).first
                == "error: fact_sale: the source has no column `gross`"
        )
    }

    @Test("a reference to a key that its dimension computes is judged as the column that it is")
    func computedKey() async throws {
        let sheets = try goodSheets()
        try sheets.write("customer_no,name\n1,Ana\n2,Luis\n", as: "customers.csv")
        let text = Self.shop.replacing(
            "customer_id: { type: text, required: true, clean: [trim] }",
            with: "customer_no: { type: text }\n      "
                + "customer_id: { type: text, required: true, expression: \"'c' || customer_no\" }"
        )
        let report = try await check(sheets, of: text)
        #expect(messages(report) == [])
        #expect(report.samples.map(\.good) == [2, 2, 2])
    }

    @Test("of a pattern's files each is read by its own header, and what one lacks is told")
    func filesOfOnePattern() async throws {
        let sheets = try goodSheets()
        try sheets.write("name,customer_id,city\nEva,c3,Cali\n", as: "customers_b.csv")
        try sheets.write("customer_id\nc4\n", as: "customers_c.csv")
        let text = Self.shop.replacing("csv: customers.csv", with: "csv: \"customers*.csv\"")
        let report = try await check(sheets, of: text)
        #expect(
            messages(report) == [
                "warning: dim_customer: `customers_c.csv` has no column `name`, which is empty there"
            ]
        )
        #expect(report.samples.first?.good == 4)
    }

    @Test("the column that places rows in periods is needed in every file, whatever its rules")
    func periodColumn() async throws {
        let sheets = try goodSheets()
        for number in 100..<201 {
            try sheets.write(
                "sale_id,sold_on,customer_id,amount\n\(number),2024-01-05,c1,1\n",
                as: "all_\(number).csv"
            )
        }
        try sheets.write("sale_id,customer_id,amount\n201,c1,1\n", as: "all_201.csv")
        let text = Self.shop
            .replacing("sales_{period}.csv", with: "all_*.csv")
            .replacing("[sale_id]", with: "[sale_id]\n    load: merge\n    late: merge")
            .replacing("sold_on: { type: date, required: true }", with: "sold_on: { type: date }")
        #expect(
            messages(try await check(sheets, of: text)) == [
                "error: fact_sale: `sold_on` is read from the column `sold_on`, which `all_201.csv` "
                    + "does not have; it has 3 columns"
            ]
        )
    }

    @Test("tells the periods that have no file, those that follow each other as a range")
    func missingFiles() async throws {
        let sheets = try goodSheets()
        try sheets.write("sale_id,sold_on,customer_id,amount\n", as: "sales_2024-06.csv")
        let months = (1...8).map { "2024-0\($0)" }
        let messages = messages(try await check(sheets, periods: months))
        #expect(messages.count == 2)
        #expect(
            messages[0]
                .hasPrefix(
                    "error: fact_sale: no file for 2024-03..2024-05, 2024-07..2024-08 (5 periods): "
                        + "no file matches `sales_2024-03.csv`"
                ),
            "\(messages[0])"
        )
        #expect(messages[1] == "warning: fact_sale: there is no row below the header")
    }

    @Test("tells a header that is repeated, and a file that cannot be read")
    func files() async throws {
        let sheets = try goodSheets()
        try sheets.write("customer_id,name\nc1,Ana\ncustomer_id,name\n", as: "customers.csv")
        try sheets.write("sale_id,sale_id\n1,2\n", as: "sales_2024-01.csv")
        #expect(
            messages(try await check(sheets)) == [
                "warning: dim_customer: line 3 repeats the header: remove it",
                "error: fact_sale: 2024-01: reading the header of `sales_2024-01.csv`: columns 1 and "
                    + "2 have the same name",
            ]
        )
    }

    @Test("opens the holidays of calendars and the figures of totals, as a load will")
    func besides() async throws {
        let text =
            Self.shop
            .replacing(
                "expect: { rejects",
                with:
                    "expect: { totals: { sum: { column: amount, value: total, from: { source: drops, "
                    + "csv: \"sum_{period}.csv\" } }, n: { from: { source: drops, csv: n.csv } } }, rejects"
            )
            .replacing(
                "facts:",
                with:
                    "  date: { calendar: { from: 2024-01-01, to: 2024-12-31, holidays: { source: drops, "
                    + "csv: holidays.csv, region: CO } } }\nfacts:"
            )
        let sheets = try goodSheets()
        try sheets.write("date,name\n2024-13-01,x\n", as: "holidays.csv")
        try sheets.write("total\n10.50\n", as: "sum_2024-01.csv")
        try sheets.write("total\n10.50\n3\n", as: "n.csv")
        let wrong = messages(try await check(sheets, of: text))
        #expect(
            wrong.map { $0.prefix { $0 != ";" } } == [
                "error: dim_date holidays: the source has no column `region`",
                "note: dim_date holidays: its columns are `date`, `name`",
                "error: fact_sale total sum: no file for 2024-02: no file matches `sum_2024-02.csv` in "
                    + "`${DROPS}`",
                "error: fact_sale total n: the figure's source has more than one row",
            ],
            "\(wrong)"
        )
        try sheets.write("date,name,region\n2024-01-01,New Year,\n", as: "holidays.csv")
        try sheets.write("total,more\n3,4\n", as: "n.csv")
        try sheets.write("total\n10.50\n", as: "sum_2024-02.csv")
        #expect(
            messages(try await check(sheets, of: text)) == [
                "error: fact_sale total n: it has 2 columns, and `value` does not say which one"
            ]
        )
        try sheets.write("total\n3\n", as: "n.csv")
        #expect(messages(try await check(sheets, of: text)) == [])
    }

    @Test("tells a variable that is not set once, for all tables of its source")
    func variable() async throws {
        let report = try await check(try goodSheets(), environment: [:])
        #expect(
            messages(report) == [
                "error: drops: resolving a source's `${DROPS}`: the environment variable `DROPS` is "
                    + "not set where this worker runs; set it, or write `${DROPS:-default}`"
            ]
        )
        #expect(!report.isOnlyUnavailable)
    }

    // MARK: Databases

    private static func crm(_ query: String) -> String {
        """
        pipeline: crm
        sources:
          crm: { postgres: "${CRM_URL}" }
        dimensions:
          team:
            from: { source: crm, query: "\(query)" }
            key: code
            columns:
              code: { type: text, required: true }
              since: { type: timestamp }

        """
    }

    @Test("asks a database for its columns' types, and for no more rows than it judges")
    func query() async throws {
        let url = try await TestStack.shared().postgresURL
        let text = Self.crm(
            "select n::text as code, now() as since, 1 as extra from generate_series(1, 5000) n"
        )
        let report = try await check(
            try Sheets(),
            of: text,
            rows: 40,
            environment: ["CRM_URL": url]
        )
        #expect(report.samples.map(\.rows) == [40])
        #expect(
            messages(report) == ["note: dim_team: nothing reads `extra`"]
        )
    }

    @Test("never runs a query to its end")
    func notWhole() async throws {
        let url = try await TestStack.shared().postgresURL
        let text = Self.crm(
            "select generate_series(1, 100000000000)::text as code, null::text as since"
        )
        let report = try await check(try Sheets(), of: text, rows: 5, environment: ["CRM_URL": url])
        #expect(report.samples.map(\.good) == [5])
    }

    @Test("tells a server that is dead in one line, without the password")
    func unavailable() async throws {
        let dead = "postgres://u:hunter2@127.0.0.1:1/x"
        let report = try await check(
            try Sheets(),
            of: Self.crm("select 1 as code"),
            environment: ["CRM_URL": dead]
        )
        #expect(report.findings.count == 1)
        #expect(report.isOnlyUnavailable)
        #expect(messages(report)[0].hasPrefix("error: crm: the source cannot be used: "))
        #expect(!messages(report)[0].contains("hunter2"))
        #expect(!messages(report)[0].contains("\n"))
    }

    @Test("tells a query that the database refuses")
    func refused() async throws {
        let url = try await TestStack.shared().postgresURL
        let report = try await check(
            try Sheets(),
            of: Self.crm("select nope as code"),
            environment: ["CRM_URL": url]
        )
        #expect(report.findings.count == 1)
        #expect(!report.isOnlyUnavailable)
        #expect(
            messages(report)[0].contains("column \"nope\" does not exist"),
            "\(messages(report))"
        )
    }
}
