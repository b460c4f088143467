import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Marts that a load has not computed", .serialized)
struct OutdatedMartTests {
    private static let control = """
        select table_name, period, state, reason from longshore.control
        where kind = 'mart' order by 1, 2
        """

    /// A mart by month whose test refuses large sums, and one of all months.
    private func definition(max: Int = 100, loading: String = "") throws -> Definition {
        try Shop.definition(
            sale: Shop.sale(expect: loading),
            others: """
                marts:
                  month:
                    sql: month.sql
                    per: period
                    tests: [{ accepted_range: { column: amount, max: \(max) } }]
                  year: { sql: year.sql }
                """,
            marts: [
                "month.sql":
                    "select sum(amount) as amount from fact_sale where period = :period_start",
                "year.sql": "select sum(amount) as amount from mart_month",
            ]
        )
    }

    /// Ends a load as its coordinator does.
    private func finish(_ dock: Dock, _ load: DockedLoad) async throws {
        let lease = try #require(
            await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "test",
                for: .seconds(30)
            )
        )
        let states = try await dock.ledger.coordination.states(ofLoad: load.id)
        let failed = states.contains { $0 != .done }
        for (title, outcome) in load.outcomes {
            guard let failure = outcome.failure else { continue }
            _ = try await dock.loader.record(
                failure,
                of: load.task(title),
                by: "test",
                policy: RetryPolicy()
            )
        }
        let blocked = states.indices.filter { load.tasks[$0].name == "year" && failed }
        #expect(
            try await dock.ledger.coordination.finish(
                lease,
                state: failed ? .failed : .loaded,
                blocked: blocked
            )
        )
    }

    private func reason(_ load: DockedLoad) -> String {
        "load \(load.id) has loaded fact_sale, and has not computed it"
    }

    /// January is loaded; then it is loaded again with a sum that the mart's test refuses.
    private func outdated() async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Shop.files)
        let first = try await dock.load(definition())
        #expect(first.failures == [])
        try await finish(dock, first)
        let none = try await dock.rows(Self.control)
        #expect(none == ["mart_month|2024-01|loaded|∅", "mart_year||loaded|∅"])
        try dock.write("sales_2024-01.csv", Shop.january + "s4,2024-01-31,c1,500\n")
        var second = try await dock.create(definition())
        for title in ["customer", "sale 2024-01", "month 2024-01"] {
            second.outcomes[title] = await dock.perform(second.task(title))
        }
        #expect(second.failure("month 2024-01")?.code == "warehouse.mart_test")
        try await finish(dock, second)
        return (dock, second)
    }

    @Test("are stale with the reason when the load has ended, and the next load takes them")
    func failed() async throws {
        let (dock, load) = try await outdated()
        #expect(
            try await dock.rows(Self.control) == [
                "mart_month|2024-01|stale|\(reason(load))", "mart_year||stale|\(reason(load))",
            ]
        )
        let definition = try definition()
        let states = try await dock.due(definition.pipeline).states
        #expect(states == [.loaded: ["2024-01"], .stale: ["2024-01"]])
        #expect(PeriodSelection.stale(grain: .month, states: states).map(\.label) == ["2024-01"])
        let periods = try await dock.ledger.periods.reports(ofPipeline: "shop")
        #expect(
            periods.map { "\($0.table) \($0.period) \($0.state)" } == [
                "shop.fact_sale 2024-01 loaded", "shop.mart_month 2024-01 stale",
                "shop.mart_year  stale",
            ]
        )
        #expect(try await dock.load(self.definition(max: 1000)).failures == [])
        #expect(
            try await dock.rows(Self.control)
                == ["mart_month|2024-01|loaded|∅", "mart_year||loaded|∅"]
        )
        #expect(try await dock.ledger.periods.reports(ofPipeline: "shop").count == 1)
    }

    @Test("stay pending when they were never computed, and the next load takes them")
    func neverComputed() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(definition(max: 1))
        try await finish(dock, load)
        #expect(
            try await dock.rows(Self.control).first == "mart_month|2024-01|pending|\(reason(load))"
        )
        let states = try await dock.due(definition().pipeline).states
        #expect(states[.pending] == ["2024-01"])
    }

    @Test("are stale too when the load is cancelled after it has loaded what they read")
    func cancelled() async throws {
        let dock = try await Dock(Shop.files)
        try await finish(dock, dock.load(definition()))
        let load = try await dock.create(definition())
        for title in ["customer", "sale 2024-01"] {
            #expect(await dock.perform(load.task(title)).failure == nil)
        }
        let running = try await dock.due(definition().pipeline).states
        #expect(running == [.loaded: ["2024-01"]])
        _ = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        #expect(
            try await dock.rows(Self.control).first == "mart_month|2024-01|stale|\(reason(load))"
        )
    }

    @Test(
        "of earlier periods are stale where facts are merged, since later tasks reach back",
        arguments: [("", "loaded"), ("load: merge", "stale")]
    )
    func reachesBack(loading: String, state: String) async throws {
        let dock = try await Dock(Shop.files)
        let periods = "2024-01..2024-02"
        let definition = try definition(loading: loading)
        try await finish(dock, dock.load(definition, periods: periods))
        let load = try await dock.create(definition, periods: periods)
        for title in ["customer", "sale 2024-02"] {
            #expect(await dock.perform(load.task(title)).failure == nil)
        }
        _ = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        #expect(
            try await dock.rows(
                "select table_name, period, state from longshore.control where kind = 'mart' order by 1, 2"
            ) == ["mart_month|2024-01|\(state)", "mart_month|2024-02|stale", "mart_year||stale"]
        )
    }

    @Test("are as they were when nothing that they read was loaded")
    func nothingLoaded() async throws {
        let dock = try await Dock(Shop.files)
        try await finish(dock, dock.load(definition()))
        let load = try await dock.create(definition())
        #expect(await dock.perform(load.task("customer")).failure == nil)
        _ = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        #expect(
            try await dock.rows(Self.control)
                == ["mart_month|2024-01|loaded|∅", "mart_year||loaded|∅"]
        )
    }
}
