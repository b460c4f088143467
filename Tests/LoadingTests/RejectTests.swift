import Ledger
import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Rejects and audits", .serialized)
struct RejectTests {
    @Test("a reject keeps the row's bytes, its place, the rule and the load task")
    func whole() async throws {
        let dock = try await Dock(["customers.csv": Shop.customers])
        var bytes = Array("sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,10\n".utf8)
        let bad = Array("\"s\n2\",2024-01-06,c1,".utf8) + [0xff, 0x31]
        let nul = Array("s\u{0}3,2024-01-06,c1,1".utf8)
        bytes += bad + [0x0a] + nul + [0x0a]
        try dock.write("sales_2024-01.csv", bytes: bytes)
        let load = try await dock.load(Shop.definition())
        #expect(load.counts("sale 2024-01") == RowCounts(read: 3, loaded: 1, rejected: 2))
        let start = "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,10\n".utf8.count
        #expect(
            try await dock.rows(
                """
                select load_id, ordinal, schema_name, table_name, period, source, line, byte_offset,
                    encode(raw, 'hex') as raw, state
                from longshore.reject order by line
                """
            ) == [
                "\(load.id)|1|shop|fact_sale|2024-01|sales_2024-01.csv|3|\(start)|\(hex(bad))|open",
                "\(load.id)|1|shop|fact_sale|2024-01|sales_2024-01.csv|5|\(start + bad.count + 1)|"
                    + "\(hex(nul))|open",
            ]
        )
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test("each broken rule is named, with its column and reason")
    func rules() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            """
            sale_id,sold_on,customer_id,amount
            s1,2024-01-05,c1,-1
            s2,2024-01-05,c1,x
            ,2024-01-05,c1,1
            s4,2024-02-30,c1,1
            s5,2024-02-01,c1,1
            s6,2024-01-05,c1
            s7,2024-01-05,c1,1

            """
        )
        let load = try await dock.load(Shop.definition())
        #expect(load.counts("sale 2024-01") == RowCounts(read: 7, loaded: 1, rejected: 6))
        let rejects = try await dock.rows(
            "select line, column_name, rule, reason from longshore.reject order by line"
        )
        #expect(
            rejects == [
                "2|amount|min|`-1` is less than `0`",
                "3|amount|decimal|`x` is no decimal; a sign, digits and one `.` are expected",
                "4|sale_id|required|it is empty, but required",
                "5|sold_on|date|`2024-02-30` is no day of the calendar (written as `yyyy-MM-dd`)",
                "6|sold_on|period|`2024-02-01` is after the period 2024-01",
                "7|∅|fields|it has 3 fields, where the header has 4",
            ]
        )
    }

    @Test("a row that comes twice is dropped; one that contradicts an earlier row is refused")
    func duplicates() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            """
            sale_id,sold_on,customer_id,amount
            s1,2024-01-05,c1,1.0
            s1,2024-01-05,c1,1.00
            s1,2024-01-05,c1,2
            s2,2024-01-05,c1,1

            """
        )
        let load = try await dock.load(Shop.definition())
        #expect(
            load.counts("sale 2024-01")
                == RowCounts(read: 4, loaded: 2, rejected: 1, deduplicated: 1)
        )
        #expect(
            try await dock.rows("select line, rule, reason from longshore.reject")
                == ["4|grain|line 2 has the same `sale_id` and other values"]
        )
    }

    @Test("a reload's rejects supersede those of the load before")
    func superseded() async throws {
        let dock = try await Dock(Shop.files)
        let header = "sale_id,sold_on,customer_id,amount\n"
        let february = header + "s4,2024-02-01,c2,-7\n"
        try dock.write("sales_2024-01.csv", header + "s1,2024-01-05,c1,-1\ns2,2024-01-05,c1,1\n")
        try dock.write("sales_2024-02.csv", february + "s5,2024-02-01,c2,7\n")
        let first = try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        try dock.write("sales_2024-01.csv", header + "s1,2024-01-05,c1,-2\ns2,2024-01-05,c1,1\n")
        let second = try await dock.load(Shop.definition())
        let rejects = "select load_id, period, state, reason from longshore.reject order by 1, 2"
        #expect(
            try await dock.rows(rejects) == [
                "\(first.id)|2024-01|superseded|`-1` is less than `0`",
                "\(first.id)|2024-02|open|`-7` is less than `0`",
                "\(second.id)|2024-01|open|`-2` is less than `0`",
            ]
        )
        let reports = try await dock.ledger.rejects.reports(RejectFilter(), limit: 10)
        #expect(reports.map(\.task) == ["\(second.id).1", "\(first.id).2"])
    }

    @Test("more rejects than are kept in memory at once are all stored")
    func many() async throws {
        let dock = try await Dock(["customers.csv": Shop.customers])
        let rows = (0..<40_000).map { "s\($0),2024-01-05,c1,\($0 % 3 == 0 ? "" : "-")1\n" }
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\n" + rows.joined()
        )
        let load = try await dock.load(Shop.definition())
        let loaded = (0..<40_000).count { $0 % 3 == 0 }
        #expect(
            load.counts("sale 2024-01")
                == RowCounts(read: 40_000, loaded: loaded, rejected: 40_000 - loaded)
        )
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "\(loaded)")
        #expect(
            try await dock.row(
                "select count(*) as n, count(distinct line) as l from longshore.reject"
            )
                == "\(40_000 - loaded)|\(40_000 - loaded)"
        )
    }

    @Test(
        "an audit that fails leaves the old period, its rejects and the control table as they were",
        arguments: [
            (
                "expect: { rejects: { max: 10% } }", "warehouse.reject_share",
                "1 of 2 rows of `fact_sale 2024-01` were rejected, more than 10 % (min 1; first line 2 of "
                    + "`sales_2024-01.csv`: `amount` breaks `min`); "
                    + "the rows are as they were. Mend the source, or raise "
                    + "`expect: { rejects: { max: … } }` to see the rejects"
            ),
            (
                "expect: { rows: { min: 2 } }", "warehouse.row_count",
                "`fact_sale 2024-01` would have 1 row, expected at least 2; the rows are as they were. "
                    + "If so few are right, set `expect: { rows: { min: 1 } }`"
            ),
            (
                "expect: { rows: { max: 0, min: 0 } }", "warehouse.row_count",
                "`fact_sale 2024-01` would have 1 row, expected at most 0; the rows are as they were. "
                    + "If so many are right, raise `expect: { rows: { max: … } }`"
            ),
        ]
    )
    func audits(expect: String, code: String, message: String) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let questions = [
            "select *, xmin, ctid from shop.fact_sale order by sale_id",
            "select state, loaded_by, rows_loaded, revision from longshore.control where kind = 'fact'",
            "select * from longshore.reject",
        ]
        var before: [[String]] = []
        for question in questions { before.append(try await dock.rows(question)) }
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,-1\ns2,2024-01-05,c1,1\n"
        )
        let load = try await dock.load(Shop.definition(sale: Shop.sale(expect: expect)))
        #expect(load.failure("sale 2024-01")?.code == code)
        #expect(load.failure("sale 2024-01")?.message == message)
        #expect(load.failure("sale 2024-01")?.isRetryable == false)
        for (question, rows) in zip(questions, before) {
            #expect(try await dock.rows(question) == rows)
        }
    }

    @Test(
        "a period whose file is missing or empty fails and stays as it was",
        arguments: [true, false]
    )
    func noRows(isMissing: Bool) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01")
        if !isMissing {
            try dock.write("sales_2024-03.csv", "sale_id,sold_on,customer_id,amount\n")
        }
        let load = try await dock.load(Shop.definition(), periods: "2024-03")
        #expect(
            load.failure("sale 2024-03")?.message
                .contains(
                    isMissing ? "sales_2024-03.csv" : "expected at least 1"
                ) == true
        )
        #expect(
            try await dock.row("select to_regclass('shop.fact_sale_2024_03') is null as gone")
                == "t"
        )
    }
}
