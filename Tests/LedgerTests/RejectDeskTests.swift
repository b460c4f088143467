import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport
import Words

@Suite("Rejects in the ledger")
struct RejectDeskTests {
    /// Three bad rows: a field too many, a quoted text that is no number, an unknown customer.
    private static let bad = #"""
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,c1,10.00
        s2,2024-01-06,c2,1.00,more
        "s3, ""odd""",2024-01-07,c1,much
        s4,2024-01-08,c9,2.00

        """#

    private func dock() async throws -> Dock {
        var files = Shop.files
        files["sales_2024-01.csv"] = Self.bad
        let dock = try await Dock(files)
        #expect(try await dock.load(Shop.definition()).failures == [])
        return dock
    }

    @Test(
        "columns that no worker has written are as good as none",
        arguments: ["array[null, 'x']", "array[['a', 'b'], ['c', 'd']]", "'{}'"]
    )
    func foreignColumns(header: String) async throws {
        let dock = try await dock()
        try await dock.connection.script(
            """
            insert into longshore.input_header
            select load_id, ordinal, 'sales_2024-01.csv', \(raw: header) from longshore.task where kind = 'fact'
            """
        )
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
        #expect(rows.count == 3)
        #expect(rows.allSatisfy { $0.header.isEmpty })
        try await dock.connection.query(
            "update longshore.task set header = array[null, 'x'] where kind = 'fact'"
        )
        #expect(try await dock.ledger.rejects.rows(RejectFilter(), limit: 10).count == 3)
    }

    @Test(
        "a delimiter that no definition can have is none",
        arguments: ["\\\"", "\\n", ";;", "é", ""]
    )
    func foreignDelimiter(text: String) {
        #expect(StoredFormat.read("{\"csv\": {\"delimiter\": \"\(text)\"}}") == nil)
    }

    @Test("a format is kept with all that its records are read by, and nothing of their files")
    func storedDialect() throws {
        var dialect = CSVDialect(
            delimiter: UInt8(ascii: ";"),
            encoding: .latin1,
            columns: ["a"],
            skip: SkippedLines(before: 2, after: 1),
            nulls: ["NULL", "\\N"],
            hasQuotes: false,
            hasEscapes: true
        )
        let stored = try StoredFormat.encoded(.csv(dialect))
        #expect(StoredFormat.read(stored) == .csv(dialect.ofRecords))
        var layout = FixedWidth([.init("a", 5), .init("b", 3)], encoding: .latin1, nulls: ["-"])
        layout.skip.before = 1
        layout.isTrimmed = true
        #expect(
            StoredFormat.read(try StoredFormat.encoded(.fixed(layout))) == .fixed(layout.ofRecords)
        )
        dialect = CSVDialect()
        #expect(try StoredFormat.encoded(.csv(dialect)) == "{\"csv\":{\"delimiter\":\",\"}}")
    }

    private func filter(_ change: (inout RejectFilter) -> Void) -> RejectFilter {
        var filter = RejectFilter()
        change(&filter)
        return filter
    }

    @Test("rejects are found by rule, period, table, source, pipeline and load")
    func filters() async throws {
        let dock = try await dock()
        func rules(_ filter: RejectFilter) async throws -> [String] {
            try await dock.ledger.rejects.reports(filter, limit: 10).map(\.rule)
        }
        let all = ["fields", "decimal", "references"]
        #expect(try await rules(RejectFilter()) == all)
        #expect(try await rules(filter { $0.rule = "decimal" }) == ["decimal"])
        #expect(try await rules(filter { $0.period = "2024-01" }) == all)
        #expect(try await rules(filter { $0.period = "2024-02" }) == [])
        #expect(try await rules(filter { $0.table = "fact_sale" }) == all)
        #expect(try await rules(filter { $0.table = "shop.fact_sale" }) == all)
        #expect(try await rules(filter { $0.table = "dim_customer" }) == [])
        #expect(try await rules(filter { $0.source = "sales_2024-01.csv" }) == all)
        #expect(try await rules(filter { $0.source = "other" }) == [])
        #expect(try await rules(filter { $0.pipeline = "other" }) == [])
        #expect(try await rules(filter { $0.load = 99 }) == [])
        #expect(try await dock.ledger.rejects.reports(RejectFilter(), limit: 2).count == 2)
    }

    @Test("a reject shows the row as it was read, its columns, input and definition")
    func show() async throws {
        let dock = try await dock()
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
        let row = try #require(rows.first { $0.report.rule == "decimal" })
        #expect(
            String(decoding: row.raw, as: UTF8.self) == "\"s3, \"\"odd\"\"\",2024-01-07,c1,much"
        )
        #expect(row.header == ["sale_id", "sold_on", "customer_id", "amount"])
        #expect(row.input?.hasPrefix("sales_2024-01.csv (") == true)
        #expect(row.definition == (try Shop.definition().bundle.digest))
        #expect(row.report.line == 4)
        #expect(row.report.state == .open)
    }

    @Test("the sheet has the source's columns as they were, then the reason; an odd row is whole")
    func sheet() async throws {
        let dock = try await dock()
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
        let sheet = RejectSheet(columns: rows[0].header)
        let bytes = sheet.header + rows.flatMap(sheet.line)
        let numbers = rows.map(\.report.reject)
        let task = rows[0].report.task
        let place = "\(task),shop.fact_sale,2024-01,sales_2024-01.csv"
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == 4)
        #expect(
            lines[0] == """
                sale_id,sold_on,customer_id,amount,reject_number,reject_task,reject_table,\
                reject_period,reject_source,reject_line,reject_byte_offset,reject_column,\
                reject_rule,reject_reason,reject_state,reject_raw
                """
        )
        #expect(
            lines[1] == """
                ,,,,\(numbers[0]),\(place),3,58,,fields,\
                "it has 5 fields, where the header has 4",open,"s2,2024-01-06,c2,1.00,more"
                """
        )
        #expect(
            lines[2] == """
                "s3, ""odd""\",2024-01-07,c1,much,\(numbers[1]),\(place),4,85,amount,decimal,\
                "`much` is no decimal; a sign, digits and one `.` are expected",open,
                """
        )
        #expect(
            lines[3] == """
                s4,2024-01-08,c9,2.00,\(numbers[2]),\(place),5,118,customer,references,\
                `c9` is no member of what it references,open,
                """
        )
    }

    @Test("pages of rejects go on after the last number")
    func pages() async throws {
        let dock = try await dock()
        let first = try await dock.ledger.rejects.rows(RejectFilter(), limit: 2)
        let last = try #require(first.last?.report.reject)
        let rest = try await dock.ledger.rejects.rows(RejectFilter(), after: last, limit: 2)
        #expect(rest.map(\.report.rule) == ["references"])
    }

    @Test("long rows are stored and read some megabytes at a time, and none is left out or cut")
    func longRows() async throws {
        let long = String(repeating: "z", count: 3 << 20)
        var files = Shop.files
        files["sales_2024-01.csv"] =
            "sale_id,sold_on,customer_id,amount\ns0,2024-01-05,c1,1\n"
            + (1...5).map { "s\($0),2024-01-05,c1,\(long)\n" }.joined()
        let dock = try await Dock(files)
        #expect(try await dock.load(Shop.definition()).failures == [])
        var (sizes, last) = ([[Int]](), Int64(0))
        while sizes.count < 5 {
            let page = try await dock.ledger.rejects.rows(RejectFilter(), after: last, limit: 10)
            guard let end = page.last else { break }
            sizes.append(page.map(\.raw.count))
            last = end.report.reject
        }
        let size = long.utf8.count + "s1,2024-01-05,c1,".utf8.count
        #expect(sizes == [[size, size, size], [size, size]])
    }

    @Test("a waiver says who, when and why, touches only what it names, and only once")
    func waive() async throws {
        let dock = try await dock()
        let ledger = dock.ledger
        let chosen = filter { $0.rule = "references" }
        let waived = try await ledger.rejects.waive(chosen, reason: "a test order", by: "ana@quay")
        #expect(waived.count == 1)
        #expect(
            try await dock.rows(
                """
                select rule, state, waived_by, waiver, waived_at is not null as at
                from longshore.reject order by line
                """
            ) == [
                "fields|open|∅|∅|f", "decimal|open|∅|∅|f",
                "references|waived|ana@quay|a test order|t",
            ]
        )
        #expect(try await ledger.rejects.waive(chosen, reason: "again", by: "bo") == [])
        #expect(try await ledger.rejects.reports(RejectFilter(), limit: 10).count == 2)
        #expect(
            try await ledger.rejects.reports(filter { $0.onlyOpen = false }, limit: 10).count == 3
        )
        let numbers = filter { $0.rejects = waived }
        #expect(try await ledger.rejects.waive(numbers, reason: "again", by: "bo") == [])
    }

    @Test("a load that reads the rows again leaves waived rejects waived and refuses the rows anew")
    func reload() async throws {
        let dock = try await dock()
        let chosen = filter { $0.rule = "references" }
        _ = try await dock.ledger.rejects.waive(chosen, reason: "a test order", by: "ana")
        #expect(try await dock.load(Shop.definition()).failures == [])
        #expect(
            try await dock.rows(
                "select rule, state, count(*) from longshore.reject group by 1, 2 order by 1, 2"
            ) == [
                "decimal|open|1", "decimal|superseded|1", "fields|open|1", "fields|superseded|1",
                "references|open|1", "references|waived|1",
            ]
        )
    }
}
