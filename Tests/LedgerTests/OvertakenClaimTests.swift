import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Marts that a newer load has computed too early", .serialized)
struct OvertakenClaimTests {
    private func definition(
        total: String = "select count(*) as sales from fact_sale"
    ) throws
        -> Definition
    {
        try Shop.definition(
            others: """
                marts:
                  total: { sql: total.sql }
                  double: { sql: double.sql }
                """,
            marts: ["total.sql": total, "double.sql": "select 2 * sales as sales from mart_total"]
        )
    }

    private let totals =
        "select t.sales, d.sales as double from shop.mart_total t, shop.mart_double d"

    @Test("are computed once more by the older load, whose rows came after them")
    func again() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(definition(), periods: "2024-01")
        #expect(try await dock.load(definition(), periods: "2024-02").failures == [])
        #expect(try await dock.rows(totals) == ["1|2"])
        for task in older.tasks { _ = await dock.perform(older.task(task.title)) }
        #expect(try await dock.rows(totals) == ["4|8"])
        #expect(
            try await dock.rows(
                """
                select distinct state, loaded_by from longshore.control
                where table_name in ('mart_total', 'mart_double')
                """
            ) == ["loaded|\(older.id + 1)"]
        )
    }

    @Test("are left to it, and stale when they are opened, where they are closed")
    func closed() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            others: "marts: { month: { sql: month.sql, per: period } }",
            marts: ["month.sql": "select count(*) as n from fact_sale where period = :period_start"]
        )
        let older = try await dock.create(definition)
        for task in older.tasks where !task.kind.isDerived {
            #expect(await dock.perform(older.task(task.title)).failure == nil)
        }
        let newer = try await dock.load(definition)
        try await dock.connection.query(
            "update longshore.load set state = 'loaded' where id = \(newer.id)"
        )
        _ = try await dock.ledger.periods.close(
            PeriodSelection.parse("2024-01", grain: .month),
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        guard case .superseded = await dock.perform(older.task("month 2024-01")) else {
            Issue.record("it is not left")
            return
        }
        #expect(
            try await dock.rows(
                "select state, reason, state_before from longshore.control where table_name = 'mart_month'"
            ) == ["closed|audited|stale"]
        )
    }

    @Test("are left to it where the older load has written nothing")
    func left() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(definition(), periods: "2024-01")
        #expect(try await dock.load(definition(), periods: "2024-01").failures == [])
        for task in older.tasks {
            let outcome = await dock.perform(older.task(task.title))
            guard case .superseded = outcome else {
                Issue.record("\(task.title): \(outcome)")
                continue
            }
        }
    }

    @Test("are stale where the older load would compute them by another definition")
    func otherDefinition() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(definition(), periods: "2024-01")
        let newer = try definition(total: "select count(*) + 0 as sales from fact_sale")
        #expect(try await dock.load(newer, periods: "2024-02").failures == [])
        for task in older.tasks { _ = await dock.perform(older.task(task.title)) }
        #expect(
            try await dock.rows(
                "select state, reason from longshore.control where table_name = 'mart_total'"
            ) == ["stale|load \(older.id), by an older definition, has loaded what it reads"]
        )
    }

    @Test("are stale where the older load ends without computing them")
    func ended() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(definition(), periods: "2024-01")
        let newer = try await dock.load(definition(), periods: "2024-02")
        for task in older.tasks where !task.kind.isDerived {
            _ = await dock.perform(older.task(task.title))
        }
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: newer.id,
                owner: "a",
                for: .seconds(15)
            )
        )
        _ = try await dock.ledger.coordination.finish(lease, state: .loaded, blocked: [])
        #expect(try await dock.ledger.coordination.state(ofLoad: older.id) == .superseded)
        #expect(
            try await dock.rows(
                "select state, reason from longshore.control where table_name = 'mart_total'"
            ) == ["stale|load \(older.id) has loaded fact_sale, and has not computed it"]
        )
    }
}
