import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("A plan refuses what a load refuses", .serialized)
struct PlanRefusalTests {
    private static let mart = ["month.sql": "select sum(amount) as amount from fact_sale"]
    private static let others = "marts:\n  month: { sql: month.sql }"

    private func dock() async throws -> Dock {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(others: Self.others, marts: Self.mart)
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        return dock
    }

    /// Everything that a check must leave alone.
    private func state(_ dock: Dock) async throws -> [String] {
        try await dock.rows("select c::text from longshore.control c order by 1")
            + dock.rows(
                """
                select attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull
                from pg_attribute join pg_class c on c.oid = attrelid
                join pg_namespace n on n.oid = relnamespace
                where nspname = 'shop' order by 1, attnum
                """
            ) + dock.rows("select count(*) from longshore.load")
            + dock.rows("select last_value from longshore.load_id_seq")
    }

    private func expectTheSame(_ dock: Dock, _ definition: Definition, _ words: String) async throws
    {
        let (request, graph) = try dock.request(definition, periods: "2024-01..2024-02")
        let before = try await state(dock)
        let told = await dock.problem {
            try await dock.ledger.requests.check(request, tasks: graph.tasks)
        }
        #expect(try await state(dock) == before)
        #expect(told?.contains(words) == true, "\(told ?? "nothing was refused")")
        let refused = await dock.problem {
            _ = try await dock.ledger.requests.create(request, tasks: graph.tasks)
        }
        #expect(told == refused)
    }

    @Test(
        "in the same words, and changes nothing",
        arguments: [
            (
                "amount: { type: integer }", "select sum(amount) as amount from fact_sale",
                "`bigint`"
            ),
            (
                "amount: { type: \"decimal(12,2)\" }", "select nothing from fact_sale",
                "the mart `month`"
            ),
            (
                "amount: { type: \"decimal(12,2)\" }\n      note: { type: text }",
                "select sum(length(note)) as amount, nothing from fact_sale", "the mart `month`"
            ),
        ]
    )
    func definitions(amount: String, sql: String, words: String) async throws {
        let changed = try Shop.definition(
            sale: Shop.sale(amount: amount),
            others: Self.others,
            marts: ["month.sql": sql]
        )
        try await expectTheSame(dock(), changed, words)
    }

    @Test("so are a closed period, a detached partition and a lost history")
    func states() async throws {
        let definition = try Shop.definition(others: Self.others, marts: Self.mart)
        let closed = try await dock()
        _ = try await closed.ledger.periods.close(
            PeriodSelection.parse("2024-02", grain: .month),
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        try await expectTheSame(closed, definition, "is closed (audited)")
        let detached = try await dock()
        try await detached.connection.script(
            "alter table shop.fact_sale detach partition shop.fact_sale_2024_02"
        )
        try await expectTheSame(detached, definition, "was detached by hand")
    }

    @Test("what a load alters by itself is no refusal, and is not altered by a check")
    func altered() async throws {
        let dock = try await dock()
        let changed = try Shop.definition(
            sale: Shop.sale(
                amount:
                    "amount: { type: \"decimal(14,3)\" }\n      note: { type: text, index: true }"
            ),
            others: "marts:\n  month: { sql: month.sql }\n  notes: { sql: notes.sql }",
            marts: Self.mart.merging(["notes.sql": "select note from fact_sale"]) { $1 }
        )
        let (request, graph) = try dock.request(changed, periods: "2024-01..2024-02")
        let before = try await state(dock)
        try await dock.ledger.requests.check(request, tasks: graph.tasks)
        #expect(try await state(dock) == before)
        let fresh = try await Dock()
        try await fresh.ledger.requests.check(request, tasks: graph.tasks)
        #expect(try await fresh.row("select to_regnamespace('shop') is null") == "t")
    }
}
