import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Periods in the control table")
struct PeriodDeskTests {
    private static let marts = """
        marts:
          total: { sql: total.sql, per: period }
        """
    private static let martSQL = [
        "total.sql": """
        select sum(amount) as total from fact_sale
        where sold_on >= :period_start and sold_on < :period_end
        """
    ]
    private static let states = """
        select table_name, period, state, reason, closed_by from longshore.control
        where period <> '' order by table_name, period
        """

    private func definition() throws -> Definition {
        try Shop.definition(others: Self.marts, marts: Self.martSQL)
    }

    private func months(_ text: String) throws -> [Period] {
        try PeriodSelection.parse(text, grain: .month)
    }

    /// Loads, and ends the load as its coordinator would.
    private func finish(
        _ definition: Definition,
        periods: String = "2024-01",
        at dock: Dock
    ) async throws {
        #expect(try await dock.load(definition, periods: periods).failures == [])
        try await dock.connection.query("update longshore.load set state = 'loaded'")
    }

    private func words(_ changes: [PeriodChange]) -> [String] {
        changes.map { "\($0.table) \($0.period) \($0.state)" }
    }

    @Test("added periods are pending; those that are there already are left alone")
    func add() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await finish(definition, at: dock)
        let added = try await dock.ledger.periods.add(
            months("2024-01..2024-02"),
            of: definition.pipeline
        )
        #expect(words(added) == ["fact_sale 2024-02 pending"])
        #expect(
            try await dock.rows(Self.states) == [
                "fact_sale|2024-01|loaded|∅|∅", "fact_sale|2024-02|pending|∅|∅",
            ]
        )
    }

    @Test("a closed period refuses loads with the reason; its fact and mart stay as they are")
    func close() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try definition()
        try await finish(definition, at: dock)
        let closed = try await dock.ledger.periods.close(
            months("2024-01"),
            of: definition.pipeline,
            reason: "audited",
            by: "ana@quay"
        )
        #expect(words(closed) == ["fact_sale 2024-01 closed"])
        #expect(
            try await dock.rows(Self.states) == [
                "fact_sale|2024-01|closed|audited|ana@quay",
                "mart_total|2024-01|closed|audited|ana@quay",
            ]
        )
        let problem = await dock.problem { try await dock.load(definition) }
        #expect(
            problem == "the period `2024-01` of `fact_sale` is closed (audited): "
                + "leave it out of `--periods`, or open it again first"
        )
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await dock.row("select count(*) from shop.mart_total") == "2")
    }

    @Test("a period that was never loaded can be closed, and is pending when it is opened")
    func closeUnknown() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try definition()
        try await finish(definition, at: dock)
        let february = try months("2024-02")
        _ = try await dock.ledger.periods.close(
            february,
            of: definition.pipeline,
            reason: nil,
            by: "ana"
        )
        #expect(await dock.problem { try await dock.create(definition, periods: "2024-02") } != nil)
        let opened = try await dock.ledger.periods.reopen(february, of: definition.pipeline)
        #expect(words(opened) == ["fact_sale 2024-02 pending"])
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
    }

    @Test("an opened period is what it was before, and a stale one is stale again")
    func reopen() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await finish(definition, periods: "2024-01..2024-02", at: dock)
        try await dock.connection.query(
            "update longshore.control set state = 'stale', reason = 'late' where period = '2024-02'"
        )
        let both = try months("2024-01..2024-02")
        for _ in 1...2 {
            _ = try await dock.ledger.periods.close(
                both,
                of: definition.pipeline,
                reason: "x",
                by: "y"
            )
        }
        let opened = try await dock.ledger.periods.reopen(both, of: definition.pipeline)
        #expect(opened.map(\.state) == [.loaded, .stale])
        #expect(
            try await dock.rows(Self.states) == [
                "fact_sale|2024-01|loaded|∅|∅",
                "fact_sale|2024-02|stale|late|∅",
            ]
        )
        #expect(try await dock.ledger.periods.reopen(both, of: definition.pipeline).isEmpty)
    }

    @Test("a period that a running load has claimed cannot be closed, nor any with it")
    func claimed() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await finish(definition, at: dock)
        let running = try await dock.create(definition, periods: "2024-02")
        let problem = await dock.problem {
            _ = try await dock.ledger.periods.close(
                months("2024-01..2024-02"),
                of: definition.pipeline,
                reason: nil,
                by: "ana"
            )
        }
        #expect(
            problem
                == "the period `2024-02` of `fact_sale` cannot be closed: load \(running.id) is "
                + "running and has claimed it. Close it when "
                + "`longshore status \(running.id)` says that the load has ended"
        )
        #expect(try await dock.row(Self.states).contains("closed") == false)
    }

    @Test("a task that is performed although its period was closed meanwhile is refused")
    func closedBehindTheTask() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        _ = await dock.perform(load.task("customer"))
        try await dock.connection.query(
            "update longshore.control set state = 'closed' where period = '2024-01'"
        )
        let outcome = await dock.perform(load.task("sale 2024-01"))
        #expect(outcome.failure?.code == "warehouse.closed_period")
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "0")
    }

    @Test("a period that is closed while a task of an ended load runs stays as it was")
    func closedWhileRunning() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        _ = await dock.perform(load.task("customer"))
        let outcome = await dock.perform(
            load.task("sale 2024-01"),
            observer: At(.copied) {
                try await dock.connection.query(
                    "update longshore.control set state = 'closed' where period = '2024-01'"
                )
            }
        )
        #expect(outcome.failure?.code == "warehouse.closed_period")
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "0")
        #expect(try await dock.row(Self.states).contains("closed"))
    }

    @Test("the newest definition of a pipeline is found by its name")
    func newest() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(Shop.definition())
        let newer = try definition()
        try await dock.create(newer)
        let found = try await dock.ledger.pipelines.newestDefinition(ofPipeline: "shop")
        #expect(found == newer.pipeline)
        #expect(try await dock.ledger.pipelines.newestDefinition(ofPipeline: "other") == nil)
    }
}
