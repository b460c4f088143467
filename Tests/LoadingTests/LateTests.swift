import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Rows of an earlier period", .serialized)
struct LateTests {
    /// Two rows of January come with February's file, and one of March.
    private static let february = """
        sale_id,sold_on,customer_id,amount
        s4,2024-02-01,c2,7.00
        s5,2024-01-30,c1,8.00
        s6,2024-01-31,c1,9.00
        s7,2024-03-01,c1,9.00
        s8,2023-12-31,c1,9.00

        """
    private static let rejects = """
        select line, rule, reason, state from longshore.reject order by line
        """
    private static let control = """
        select period, state, reason from longshore.control where kind = 'fact' order by period
        """

    private func dock() async throws -> Dock {
        var files = Shop.files
        files["sales_2024-02.csv"] = Self.february
        return try await Dock(files)
    }

    private func definition(_ late: String?) throws -> Definition {
        try Shop.definition(sale: Shop.sale(expect: late.map { "late: \($0)" } ?? ""))
    }

    @Test("unless said they are rejects of the rule `late` that name their period")
    func reject() async throws {
        let dock = try await dock()
        let load = try await dock.load(definition(nil), periods: "2024-01..2024-02")
        #expect(load.counts("sale 2024-02") == RowCounts(read: 5, loaded: 1, rejected: 4))
        #expect(
            try await dock.rows(Self.rejects) == [
                "3|late|`2024-01-30` is in the period 2024-01, which is before this one|open",
                "4|late|`2024-01-31` is in the period 2024-01, which is before this one|open",
                "5|period|`2024-03-01` is after the period 2024-02|open",
                "6|period|`2023-12-31` is before 2024-01, the pipeline's first period|open",
            ]
        )
        #expect(try await dock.rows(Self.control) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
        let reports = try await dock.ledger.tasks.reports(ofLoad: load.id)
        #expect(reports.map(\.rejects) == [[:], [:], ["late": 2, "period": 2]])
    }

    @Test(
        "with `stale` their period is stale, whichever of the two is loaded first",
        arguments: [["sale 2024-01", "sale 2024-02"], ["sale 2024-02", "sale 2024-01"]]
    )
    func stale(_ order: [String]) async throws {
        let dock = try await dock()
        let load = try await dock.create(definition("stale"), periods: "2024-01..2024-02")
        for title in ["customer"] + order {
            #expect(await dock.perform(load.task(title)).failure == nil)
        }
        #expect(
            try await dock.rows(Self.control) == [
                "2024-01|stale|2 rows came late, with 2024-02 (load \(load.id)): "
                    + "open rejects of the rule `late`", "2024-02|loaded|∅",
            ]
        )
        #expect(
            try await dock.row("select count(*) from longshore.reject where rule = 'late'") == "2"
        )
        try await dock.load(definition("stale"))
        #expect(try await dock.rows(Self.control) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
    }

    @Test("a closed period does not become stale")
    func closed() async throws {
        let dock = try await dock()
        let definition = try definition("stale")
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        _ = try await dock.ledger.periods.close(
            PeriodSelection.parse("2024-01", grain: .month),
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(
            try await dock.rows(Self.control) == ["2024-01|closed|audited", "2024-02|loaded|∅"]
        )
    }

    @Test("a row of the zone's last hour is late by its own calendar, and is loaded into its month")
    func zone() async throws {
        let dock = try await Dock([
            "calls_2024-02.csv": """
            id,at
            1,2024-01-31 23:59:59
            2,2024-02-01 00:00:00
            3,2023-12-31 23:59:59

            """
        ])
        let definition = try Definition.text(
            """
            pipeline: desk
            zone: America/Bogota
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [id]
                load: append
                late: merge
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp, required: true }
            """
        )
        let load = try await dock.load(definition, periods: "2024-02")
        #expect(load.counts("call 2024-02") == RowCounts(read: 3, loaded: 2, rejected: 1))
        #expect(
            try await dock.rows("select id, period, load_period from desk.fact_call order by id")
                == ["1|2024-01-01|2024-02-01", "2|2024-02-01|2024-02-01"]
        )
    }
}
