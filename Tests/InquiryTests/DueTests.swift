import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("What is due, and what has changed", .serialized)
struct DueTests {
    private func definition(
        amount: String = "amount: { type: \"decimal(12,2)\", required: true, min: 0 }",
        expect: String = "",
        sql: String = "select sum(amount) as amount from fact_sale where period = :period_start",
        end: String = "2024-02"
    ) throws -> Definition {
        let shop = try Shop.definition(
            sale: Shop.sale(amount: amount, expect: expect),
            others: "marts: { month: { sql: month.sql, per: period } }",
            marts: ["month.sql": sql]
        )
        let yaml = (shop.bundle.files["pipeline.yaml"] ?? "")
            .replacing(
                "start: 2024-01",
                with: "start: 2024-01\(end.isEmpty ? "" : ", end: \(end)")"
            )
        return try .text(yaml, files: ["month.sql": sql])
    }

    private func due(_ dock: Dock, _ definition: Definition) async throws -> Due {
        try await dock.due(definition.pipeline)
    }

    private func notes(_ dock: Dock, _ definition: Definition) async throws -> [String] {
        try await due(dock, definition).notes(apartFrom: nil, grain: .month)
    }

    private func loaded() async throws -> Dock {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition(), periods: "2024-01..2024-02").failures == [])
        #expect(try await notes(dock, definition()) == [])
        return dock
    }

    @Test("a rule that has too many periods until today is told, and the survey goes on")
    func tooMany() async throws {
        let dock = try await Dock(Shop.files)
        let yaml = try #require(Shop.definition().bundle.files["pipeline.yaml"])
            .replacing("grain: month, start: 2024-01", with: "grain: day, start: 1700-01-01")
        let due = try await due(dock, .text(yaml))
        #expect(due.periods == [])
        let words = due.refusal?.description ?? "nothing is refused"
        #expect(words.hasPrefix("`1700-01-01..2024-06-14` are "), "\(words)")
    }

    @Test("a mart without periods that could not be computed is due although no period is")
    func unloadedMart() async throws {
        let dock = try await Dock(Shop.files)
        let mart = { (test: String) in
            try Shop.definition(
                others: "marts: { all: { sql: all.sql, tests: [\(test)] } }",
                marts: ["all.sql": "select sum(amount) as amount from fact_sale"]
            )
        }
        let strict = try mart("{ accepted_range: { column: amount, max: 1 } }")
        #expect(try await dock.load(strict, periods: "2024-01..2024-02").failures.count == 1)
        _ = try await dock.rows("update longshore.load set state = 'failed' returning id")
        var due = try await due(dock, strict)
        #expect(due.periods == [])
        #expect(due.isWholeDue)
        #expect(due.notes(apartFrom: [], grain: .month).contains("due: `mart_all` is pending"))
        let mild = try mart("{ accepted_range: { column: amount, min: 1 } }")
        #expect(try await dock.load(mild, periods: "2024-01").failures == [])
        due = try await self.due(dock, mild)
        #expect(!due.isWholeDue)
    }

    // MARK: Definitions

    @Test("a rule that has changed is named, and its periods are not due")
    func rule() async throws {
        let dock = try await loaded()
        let changed = try definition(amount: "amount: { type: \"decimal(12,2)\", required: true }")
        let due = try await due(dock, changed)
        #expect(due.periods == [])
        #expect(due.changedPeriods(grain: .month).map(\.label) == ["2024-01", "2024-02"])
        #expect(
            try await notes(dock, changed)
                == ["changed: fact_sale 2024-01..2024-02: the rule of amount has changed"]
        )
        try await dock.load(changed, periods: "2024-01")
        #expect(
            try await notes(dock, changed)
                == ["changed: fact_sale 2024-02: the rule of amount has changed"]
        )
    }

    @Test("rows that lack a column are due, before any load has added it")
    func column() async throws {
        let dock = try await loaded()
        let changed = try definition(
            amount: "amount: { type: \"decimal(12,2)\", required: true, min: 0 }\n"
                + "      note: { type: text }"
        )
        let due = try await due(dock, changed)
        #expect(due.periods.map(\.label) == ["2024-01", "2024-02"])
        #expect(
            due.notes(apartFrom: nil, grain: .month)
                == ["changed: fact_sale 2024-01..2024-02: column note is new"]
        )
    }

    @Test(
        "a mart of which a part is by the old SQL says which part, also after a load of the other"
    )
    func mart() async throws {
        let dock = try await loaded()
        let changed = try definition(
            sql: "select sum(amount) + 1 as amount from fact_sale where period = :period_start"
        )
        try await dock.load(changed, periods: "2024-02")
        #expect(
            try await notes(dock, changed) == ["changed: mart_month 2024-01: the SQL has changed"]
        )
        let due = try await due(dock, changed)
        #expect(due.periods == [])
        #expect(due.changedPeriods(grain: .month).map(\.label) == ["2024-01"])
    }

    @Test("a mart by period that is new is due for what is loaded already")
    func newMart() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let due = try await due(dock, definition())
        #expect(due.periods.map(\.label) == ["2024-01", "2024-02"])
        #expect(
            due.notes(apartFrom: nil, grain: .month)
                == ["changed: mart_month 2024-01..2024-02: the mart is new"]
        )
        try await dock.load(definition(), periods: "2024-01..2024-02")
        #expect(try await notes(dock, definition()) == [])
    }

    @Test("of what was loaded before the ledger knew definitions and files nothing is said")
    func unknown() async throws {
        let dock = try await loaded()
        try await dock.connection.query("update longshore.control set table_definition = null")
        try await dock.connection.query("update longshore.task set inputs = null")
        try dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,1\n")
        #expect(
            try await notes(dock, definition(amount: "amount: { type: \"decimal(12,2)\" }")) == []
        )
    }

    @Test("a replay of rejects leaves the definition of its period's other rows")
    func replay() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("sales_2024-01.csv", Shop.january.replacing("5.25", with: "-5.25"))
        try await dock.load(definition())
        let changed = try definition(amount: "amount: { type: \"decimal(12,2)\", required: true }")
        let (created, load) = try await dock.replay(changed)
        #expect(created.rejects == 1)
        #expect(load?.failures == [])
        #expect(
            try await due(dock, changed).changes.map { "\($0.table) \($0.period) \($0.reasons)" }
                == ["fact_sale 2024-01 [\"the rule of amount has changed\"]"]
        )
    }

    // MARK: Files

    @Test("a file with other bytes is named, one that was only touched is not")
    func file() async throws {
        let dock = try await loaded()
        try dock.write("sales_2024-01.csv", Shop.january.replacing("10.00", with: "11.00"))
        try dock.write("sales_2024-02.csv", Shop.february)
        let due = try await due(dock, definition())
        #expect(due.periods == [])
        #expect(due.changedPeriods(grain: .month).map(\.label) == ["2024-01"])
        #expect(
            try await notes(dock, definition())
                == ["changed: fact_sale 2024-01: `sales_2024-01.csv` has changed"]
        )
        try await dock.load(definition())
        #expect(try await notes(dock, definition()) == [])
    }

    @Test("a dimension's file that has changed is named, and loaded without a period")
    func dimensionFile() async throws {
        let dock = try await loaded()
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        let due = try await due(dock, definition())
        #expect(due.isWholeChanged)
        #expect(due.changedPeriods(grain: .month) == [])
        #expect(
            try await notes(dock, definition()) == [
                "changed: dim_customer: `customers.csv` has changed"
            ]
        )
        let (request, _) = try dock.request(definition())
        var whole = request
        whole.periods = []
        let graph = try PlanGraph(whole.pipeline, periods: [])
        #expect(graph.tasks.map(\.name) == ["customer"])
        let load = try await dock.ledger.requests.create(whole, tasks: graph.tasks)
        #expect(await dock.perform(LoadTaskID(load: load, ordinal: 0)).failure == nil)
        #expect(try await notes(dock, definition()) == [])
    }

    @Test("a month is due when its file is there, and awaited before, unless that is required")
    func awaited() async throws {
        let dock = try await Dock(Shop.files)
        let open = try definition(end: "")
        let due = try await due(dock, open)
        #expect(due.periods.map(\.label) == ["2024-01", "2024-02"])
        #expect(due.awaited.map(\.period.label) == ["2024-03", "2024-04", "2024-05"])
        #expect(
            due.notes(apartFrom: nil, grain: .month) == [
                "awaited: fact_sale 2024-03..2024-05: no file matches `sales_2024-03.csv`, and so on"
            ]
        )
        try dock.write("sales_2024-04.csv", "sale_id,sold_on,customer_id,amount\n")
        #expect(
            try await self.due(dock, open).periods.map(\.label) == [
                "2024-01", "2024-02", "2024-04",
            ]
        )
        let required = try definition(expect: "expect: { file: required }", end: "2024-03")
        #expect(
            try await self.due(dock, required).periods.map(\.label)
                == ["2024-01", "2024-02", "2024-03"]
        )
        #expect(try await self.due(dock, required).awaited == [])
    }

    @Test("of a folder that is not there nothing is known: all is due")
    func noFolder() async throws {
        let dock = try await Dock()
        let due = try await due(dock, definition())
        #expect(due.periods.map(\.label) == ["2024-01", "2024-02"])
    }

    @Test("files before the start, after the end and of a month that goes on are named")
    func later() async throws {
        let dock = try await loaded()
        for label in ["2023-12", "2024-03", "2024-06"] {
            try dock.write("sales_\(label).csv", Shop.january)
        }
        let due = try await due(dock, definition())
        #expect(due.periods == [])
        #expect(due.changedPeriods(grain: .month).map(\.label) == ["2024-03"])
        #expect(
            due.notes(apartFrom: nil, grain: .month) == [
                "not loaded: `sales_2023-12.csv`: its period `2023-12` is before the start, `2024-01`",
                "not loaded: `sales_2024-03.csv`: its period `2024-03` is after the end, `2024-02`",
                "not loaded: `sales_2024-06.csv`: its period `2024-06` has not ended",
            ]
        )
        #expect(due.hasChanged(apartFrom: nil))
        #expect(!due.hasChanged(apartFrom: ["2024-03"]))
    }

    @Test("a closed period is left alone, whatever has changed")
    func closed() async throws {
        let dock = try await loaded()
        try await dock.connection.query(
            "update longshore.control set state = 'closed', state_before = 'loaded' "
                + "where period = '2024-01' and kind = 'fact'"
        )
        try dock.write("sales_2024-01.csv", Shop.january.replacing("10.00", with: "11.00"))
        #expect(try await notes(dock, definition()) == [])
    }

    @Test("the list of periods has what has changed and what is awaited, each with its reason")
    func list() async throws {
        let dock = try await loaded()
        try dock.write("sales_2024-01.csv", Shop.january.replacing("10.00", with: "11.00"))
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        let open = try definition(end: "2024-03")
        let listed = try await due(dock, open)
            .completing(
                try await dock.ledger.periods.reports(ofPipeline: "shop"),
                of: open.pipeline
            )
        #expect(
            listed.map { "\($0.table) \($0.period) \($0.state) \($0.reason ?? "") \($0.changes)" }
                == [
                    "shop.dim_customer  loaded  [\"`customers.csv` has changed\"]",
                    "shop.fact_sale 2024-01 loaded  [\"`sales_2024-01.csv` has changed\"]",
                    "shop.fact_sale 2024-02 loaded  []",
                    "shop.fact_sale 2024-03 awaited no file matches `sales_2024-03.csv` []",
                ]
        )
    }
}
