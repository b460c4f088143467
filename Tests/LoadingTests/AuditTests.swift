import Ledger
import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("Audits that warn, and the volume of periods")
struct AuditTests {
    private func sales(_ count: Int, month: Int) -> String {
        let rows = (0..<count).map { "m\(month)s\($0),2024-0\(month)-05,c1,1.00\n" }
        return "sale_id,sold_on,customer_id,amount\n" + rows.joined()
    }

    private func dock(_ counts: [Int]) async throws -> Dock {
        var files = ["customers.csv": Shop.customers]
        for (index, count) in counts.enumerated() {
            files["sales_2024-0\(index + 1).csv"] = sales(count, month: index + 1)
        }
        return try await Dock(files)
    }

    private func definition(_ expect: String) throws -> Definition {
        try Shop.definition(sale: Shop.sale(expect: "expect: \(expect)"))
    }

    @Test("an expectation that only warns lets the task commit and is kept in its ledger row")
    func warnings() async throws {
        let dock = try await dock([2])
        try dock.write(
            "sales_2024-01.csv",
            sales(2, month: 1) + "bad,2024-01-09,c1,-1\n"
        )
        let load = try await dock.load(
            definition(
                "{ rows: { min: 5, severity: warn }, rejects: { max: 10%, severity: warn } }"
            )
        )
        #expect(load.failures == [])
        let task = try #require(
            try await dock.ledger.tasks.reports(ofLoad: load.id).first { $0.kind == .fact }
        )
        #expect(
            task.warnings == [
                "1 of 3 rows were rejected, more than 10 % (min 1)", "2 rows, expected at least 5",
            ]
        )
        #expect(task.counts?.loaded == 2)
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "2")
        let quiet = try await dock.ledger.tasks.reports(ofLoad: load.id)
            .first { $0.kind == .dimension }
        #expect(quiet?.warnings == [])
    }

    @Test("beside one that warns, one that fails still fails")
    func both() async throws {
        let dock = try await dock([2])
        let load = try await dock.load(
            definition("{ rows: { min: 5 }, volume: { within: 10%, severity: warn } }")
        )
        #expect(load.failure("sale 2024-01")?.code == "warehouse.row_count")
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "0")
    }

    @Test("a period far from the mean of those before fails, and its rows are as they were")
    func volume() async throws {
        let dock = try await dock([10, 20, 30, 31])
        let narrow = try definition("{ volume: { within: 50%, of: 3 } }")
        #expect(try await dock.load(narrow, periods: "2024-01..2024-03").failures == [])
        let load = try await dock.load(narrow, periods: "2024-04")
        #expect(
            load.failure("sale 2024-04")?.message
                == "`fact_sale 2024-04` would have 31 rows, more than 50 % away from 20, the mean of "
                + "the last 3 periods; the rows are as they were. If so many are right, widen "
                + "`expect: { volume: { within: … } }` or let it warn"
        )
        #expect(load.failures.count == 1)
        try dock.write("sales_2024-04.csv", sales(30, month: 4))
        #expect(try await dock.load(narrow, periods: "2024-04").failures == [])
        try dock.write("sales_2024-04.csv", sales(9, month: 4))
        #expect(try await dock.load(narrow, periods: "2024-04").failures.count == 1)
        #expect(
            try await dock.row("select count(*) from shop.fact_sale where period = '2024-04-01'")
                == "30"
        )
    }

    @Test("too few periods before are no measure; later ones and unloaded ones do not count")
    func noMeasure() async throws {
        let dock = try await dock([1, 100, 1, 1])
        let definition = try definition("{ volume: { within: 10%, of: 2 } }")
        #expect(try await dock.load(definition, periods: "2024-03..2024-04").failures == [])
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        let load = try await dock.load(definition, periods: "2024-03")
        #expect(load.failures.count == 1)
    }

    @Test("periods of one load do not judge each other, in whatever order they are loaded")
    func sameLoad() async throws {
        let dock = try await dock([10, 1, 10])
        let definition = try definition("{ volume: { within: 10%, of: 1 } }")
        #expect(try await dock.load(definition, periods: "2024-01..2024-03").failures == [])
        let load = try await dock.load(definition, periods: "2024-02..2024-03")
        #expect(load.failure("sale 2024-02")?.code == "warehouse.volume")
        #expect(load.failure("sale 2024-03") == nil)
    }

    @Test("a table that is loaded whole is measured by its last load")
    func wholeVolume() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            customer: Shop.customer + "\n    expect: { volume: { within: 50% } }"
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("customers.csv", Shop.customers + "c3,Cy\nc4,Di\n")
        let load = try await dock.load(definition)
        #expect(
            load.failure("customer")?.message
                == "`dim_customer` would have 4 rows, more than 50 % away from 2, the rows of the last "
                + "load; the rows are as they were. If so many are right, widen "
                + "`expect: { volume: { within: … } }` or let it warn"
        )
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        #expect(try await dock.load(definition).failures == [])
    }

    @Test("unless said, more than a tenth of rejects is a warning, of facts and of dimensions")
    func defaultLimit() async throws {
        let dock = try await dock([9])
        let bad = "bad,2024-01-09,c1,-1\n"
        try dock.write("sales_2024-01.csv", sales(9, month: 1) + bad)
        try dock.write("customers.csv", Shop.customers + ",nobody\n")
        let definition = try Shop.definition()
        let load = try await dock.load(definition)
        #expect(load.failures == [])
        let tasks = try await dock.ledger.tasks.reports(ofLoad: load.id)
        #expect(
            tasks.map(\.warnings) == [
                ["1 of 3 rows were rejected, more than 10 % (required 1)"], [],
            ]
        )
        try dock.write("sales_2024-01.csv", sales(8, month: 1) + bad)
        let more = try await dock.load(definition)
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: more.id).last?.warnings
                == ["1 of 9 rows were rejected, more than 10 % (min 1)"]
        )
    }

    @Test("a number of periods is refused for a table without periods, and of no period for all")
    func wrongDefinition() throws {
        let whole = """
              sale:
                from: { source: drops, csv: "sales.csv" }
                grain: [sale_id]
                columns: { sale_id: { type: text, required: true } }
                expect: { volume: { within: 50%, of: 0 } }
            """
        #expect {
            try Shop.definition(sale: whole)
        } throws: { error in
            let text = "\(error)"
            return text.contains("`of` counts periods, but the table is loaded whole")
                && text.contains("`of` cannot be `0`")
        }
    }
}
