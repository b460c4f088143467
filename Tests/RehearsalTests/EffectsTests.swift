import Extraction
import Foundation
import Ledger
import Pipelines
import Planning
import Postgres
import Rehearsal
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("The effects of a load, rehearsed")
struct EffectsTests {
    private static let agents = """
        agent_id,name,team,seen_at
        a1,Ana,red,2024-01-01
        a2,Bo,red,2024-01-01

        """

    private static let agent = """
          agent:
            from: { source: drops, csv: agents.csv }
            key: agent_id
            effective: seen_at
            columns:
              agent_id: { type: text, required: true }
              name: { type: text }
              team: { type: text, scd: 2 }
              seen_at: { type: date, required: true }
        """

    /// Customers, agents with versions, sales that infer customers, and a mart of them.
    private static func definition(
        missing: String = "infer",
        rows: String = ""
    ) throws
        -> Definition
    {
        try Shop.definition(
            customer: Shop.customer + "\n" + agent,
            sale: Shop.sale(missing: missing, expect: rows),
            others: """
                marts:
                  total: { sql: total.sql, per: period }
                """,
            marts: [
                "total.sql":
                    "select count(*) as sales, sum(amount) as amount from fact_sale "
                    + "where period >= :period_start and period < :period_end"
            ]
        )
    }

    private static var files: [String: String] {
        var files = Shop.files
        files["agents.csv"] = agents
        return files
    }

    private func effects(
        _ dock: Dock,
        _ definition: Definition,
        periods: String = "2024-01"
    ) async throws -> Effects {
        let (request, graph) = try dock.request(definition, periods: periods)
        return try await LoadRehearsal(
            dock.configuration,
            environment: SourceEnvironment { _ in nil }
        )
        .effects(of: request, graph: graph)
    }

    /// Everything that the warehouse holds, but for sequences: every table's rows, and every relation.
    private func everything(_ dock: Dock) async throws -> [String] {
        let tables = try await dock.rows(
            """
            select n.nspname || '.' || c.relname || ' ' || c.relkind::text from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('shop', 'longshore') order by 1
            """
        )
        var contents = tables
        for table in tables where table.hasSuffix(" r") {
            contents += try await dock.rows(
                "select t::text from \(table.dropLast(2)) t order by 1"
            )
        }
        return contents
    }

    @Test(
        "a first load into an empty warehouse is shown, and leaves the ledger's tables and no row"
    )
    func firstLoad() async throws {
        var files = Self.files
        files["sales_2024-01.csv"] = Shop.january + "s9,2024-01-09,c9,1.005\ns8,2024-03-01,c1,1\n"
        let dock = try await Dock(files)
        let effects = try await effects(dock, Self.definition(), periods: "2024-01..2024-02")
        #expect(effects.isGood, "\(effects.tasks.compactMap(\.failure))")
        let customer = try #require(effects.tasks.first { $0.table == "dim_customer" }?.members)
        #expect(customer == MemberEffect(new: 2, inferred: 0))
        #expect(effects.tasks.first { $0.table == "dim_agent" }?.members == MemberEffect(new: 2))
        let january = try #require(effects.tasks.first { $0.period == "2024-01" })
        #expect(january.rows == RowChange(before: 0, after: 3))
        #expect(
            january.measures == [
                MeasureChange(name: "amount", before: "0", after: "35.75", change: "35.75")
            ]
        )
        #expect(january.rejects == ["decimal": 1, "period": 1])
        let mart = try #require(effects.tasks.last { $0.kind == .mart })
        #expect(mart.rows == RowChange(before: 0, after: 1))
        #expect(try await dock.row("select to_regnamespace('shop') is null as gone") == "t")
        for table in ["load", "task", "control", "definition", "reject", "attempt"] {
            #expect(try await dock.row("select count(*) from longshore.\(table)") == "0")
        }
    }

    @Test("a reload shows what is new, overwritten, versioned and inferred, and changes nothing")
    func reload() async throws {
        let dock = try await Dock(Self.files)
        #expect(try await dock.load(Self.definition(), periods: "2024-01..2024-02").failures == [])
        try dock.write("customers.csv", "customer_id,name\nc1,Anna\nc2,Bo\nc3,Cy\n")
        try dock.write(
            "agents.csv",
            Self.agents + "a1,Ana B,blue,2024-01-15\na3,Di,red,2024-01-02\n"
        )
        try dock.write("sales_2024-01.csv", Shop.january + "s5,2024-01-07,c8,100.00\n")
        let before = try await everything(dock)

        let effects = try await effects(dock, Self.definition(), periods: "2024-01..2024-02")

        #expect(effects.isGood, "\(effects.tasks.compactMap(\.failure))")
        func members(_ table: String) -> MemberEffect? {
            effects.tasks.first { $0.table == table }?.members
        }
        #expect(members("dim_customer") == MemberEffect(new: 1, changed: 1, inferred: 1))
        // The name is overwritten in the first version, the team begins a second one.
        #expect(members("dim_agent") == MemberEffect(new: 1, changed: 1, versions: 1))
        let january = try #require(effects.tasks.first { $0.period == "2024-01" })
        #expect(january.rows == RowChange(before: 3, after: 4))
        #expect(january.replaced == 3)
        #expect(
            january.measures == [
                MeasureChange(name: "amount", before: "35.75", after: "135.75", change: "100.00")
            ]
        )
        #expect(try await everything(dock) == before)
        #expect(try await dock.load(Self.definition(), periods: "2024-01..2024-02").failures == [])
        let kept = try await dock.row(
            "select string_agg(customer_id, ',' order by customer_id) from shop.dim_customer"
        )
        #expect(kept == "c1,c2,c3,c8")
    }

    @Test(
        "rows that come late are shown in their own periods, with the marts that they leave behind"
    )
    func late() async throws {
        let definition = try Orders.definition(
            others: "marts:\n  total: { sql: total.sql, per: period }",
            marts: [
                "total.sql":
                    "select count(*) as orders from fact_order where period = :period_start"
            ]
        )
        let dock = try await Dock(Orders.files)
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        try dock.write(
            "orders_2024-02.csv",
            Orders.february + "o4,2024-01-31,,,5.00\no3,2024-01-30,,,1.00\n"
        )
        let sums =
            "select period, count(*), sum(amount) from trade.fact_order group by 1 order by 1"
        #expect(try await dock.rows(sums) == ["2024-01-01|2|30.00", "2024-02-01|1|30.00"])
        let effects = try await effects(dock, definition, periods: "2024-02")
        let task = try #require(effects.tasks.first { $0.kind == .fact })
        #expect(task.rows == RowChange(before: 1, after: 1))
        #expect(task.rejects == ["grain": 1])
        let january = try #require(task.earlier.first)
        #expect(task.earlier.count == 1)
        #expect(january.period == "2024-01")
        #expect(january.rows == RowChange(before: 2, after: 3))
        #expect(
            january.measures == [
                MeasureChange(name: "amount", before: "30.00", after: "35.00", change: "5.00")
            ]
        )
        #expect(effects.stale.map { "\($0.table) \($0.period)" } == ["mart_total 2024-01"])
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await dock.rows(sums) == ["2024-01-01|3|35.00", "2024-02-01|1|30.00"])
    }

    @Test("the effects shown are those that the load then has")
    func sameAsLoad() async throws {
        let dock = try await Dock(Self.files)
        let effects = try await effects(dock, Self.definition(), periods: "2024-01..2024-02")
        let load = try await dock.load(Self.definition(), periods: "2024-01..2024-02")
        for (task, effect) in zip(load.tasks, effects.tasks) {
            #expect(load.counts(task.title) == effect.counts)
        }
        #expect(
            try await dock.rows(
                "select period, count(*), sum(amount) from shop.fact_sale group by 1 order by 1"
            )
                == effects.tasks.filter { $0.kind == .fact }
                .map { "\($0.period)-01|\($0.rows?.after ?? 0)|\($0.measures[0].after)" }
        )
    }

    @Test("a task that fails is shown with its reason, what needs it is blocked, the rest goes on")
    func failure() async throws {
        var files = Self.files
        files["sales_2024-02.csv"] = nil
        let dock = try await Dock(files)
        let definition = try Self.definition(
            rows: "expect: { rows: { min: 1, max: 2, severity: warn } }"
        )
        let effects = try await effects(dock, definition, periods: "2024-01..2024-02")
        #expect(!effects.isGood)
        #expect(
            effects.tasks.map { "\($0.table) \($0.period) \($0.state)" } == [
                "dim_customer  done", "dim_agent  done", "fact_sale 2024-01 done",
                "fact_sale 2024-02 failed", "mart_total 2024-01 done", "mart_total 2024-02 blocked",
            ]
        )
        #expect(effects.tasks[2].warnings == ["3 rows, expected at most 2"])
        #expect(effects.tasks[3].failure?.contains("`sales_2024-02.csv`") == true)
    }

    @Test("a definition that adds a column to a table in use is refused with the SQL that adds it")
    func alteredTable() async throws {
        let dock = try await Dock(Self.files)
        #expect(try await dock.load(Self.definition()).failures == [])
        let wider = try Shop.definition(
            customer: Shop.customer + "\n      segment: { type: text, from: name }\n" + Self.agent
        )
        let problem = await dock.problem { _ = try await self.effects(dock, wider) }
        #expect(
            problem?.contains("alter table \"shop\".\"dim_customer\" add column \"segment\" text")
                == true
        )
        #expect(problem?.contains("readers would wait") == true)
    }

    @Test("a closed period is refused as a load of it is")
    func closed() async throws {
        let dock = try await Dock(Self.files)
        let definition = try Self.definition()
        #expect(try await dock.load(definition).failures == [])
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let period = try PeriodSelection.parse("2024-01", grain: .month)
        _ = try await dock.ledger.periods.close(
            period,
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        let problem = await dock.problem { _ = try await self.effects(dock, definition) }
        #expect(
            problem?.contains("the period `2024-01` of `fact_sale` is closed (audited)") == true
        )
    }
}
