import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Schedules
import StarSchema
import Testing
import WarehouseTestSupport

/// What people do is written down with what it changes.
@Suite("The log of actions")
struct ActionLogTests {
    private static let ana = ActionAuthor(name: "ana", role: "operator", by: .console)

    private static func log(_ dock: Dock) async throws -> [String] {
        try await dock.ledger.actions.newest(limit: 100)
            .map { action in
                [action.who, action.by.rawValue, action.verb, action.target, action.reason ?? "-"]
                    .joined(separator: " | ")
            }
    }

    private static let state = "select state from longshore.control where period = '2024-01'"

    private static func months(_ text: String) throws -> [Period] {
        try PeriodSelection.parse(text, grain: .month)
    }

    @Test("orders are written with who, what, why, before and after; what changes nothing is not")
    func orders() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition()).id
        let ledger = dock.ledger.acting(as: Self.ana, having: nil)
        _ = try await ledger.orders.pause(.load(load), interrupts: false, reason: "late", by: "ana")
        _ = try await ledger.orders.pause(.load(load), interrupts: false, reason: "late", by: "ana")
        _ = try await ledger.orders.resume(.load(load))
        _ = try await ledger.orders.resume(.load(load))
        _ = try await ledger.orders.cancel(.load(load), reason: "wrong file", by: "ana")
        _ = try await ledger.orders.cancel(.load(load), reason: "again", by: "ana")
        _ = try await ledger.orders.retry(.load(load), .unfinished)
        #expect(
            try await Self.log(dock) == [
                "ana | console | retry | load \(load) | -",
                "ana | console | cancel | load \(load) | wrong file",
                "ana | console | resume | load \(load) | -",
                "ana | console | pause | load \(load) | late",
                "somebody | command line | load | shop 2024-01 | -",
            ]
        )
        let cancelled = try #require(
            try await dock.ledger.actions.newest(ofTarget: "load \(load)", limit: 100)
                .first { $0.verb == "cancel" }
        )
        #expect(cancelled.before == "load \(load) running")
        #expect(cancelled.after?.hasPrefix("load \(load) cancelled: ") == true)
        #expect(cancelled.role == "operator")
    }

    @Test(
        "how many periods stand moves with each of them, also with those that are not told one by one"
    )
    func manyPeriods() async throws {
        let dock = try await Dock(Shop.files)
        let pipeline = try Shop.definition().pipeline
        try await dock.load(Shop.definition())
        try await dock.connection.query(
            """
            insert into longshore.control (schema_name, table_name, period, pipeline, kind, name,
                period_start, period_end, state)
            select schema_name, table_name, to_char(m, 'YYYY-MM'), pipeline, kind, name, m::date,
                (m + interval '1 month')::date, 'loaded'
            from longshore.control, generate_series(timestamp '2024-02-01', '2026-12-01', '1 month') m
            where table_name = 'fact_sale' and period = '2024-01'
            """
        )
        let labels = try Self.months("2024-01..2026-12").map(\.label)
        let standing = ActionStanding.of(labels, of: pipeline)
        let shown = try await dock.ledger.actions.words(of: standing)
        #expect(shown.contains("; and 12 more"))
        try await dock.connection.query(
            "update longshore.control set loaded_by = 9 where period = '2026-11'"
        )
        let now = try await dock.ledger.actions.words(of: standing)
        #expect(now != shown)
    }

    @Test("what has moved since it was shown is refused, and nothing is done")
    func moved() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let months = try Self.months("2024-01")
        let standing = ActionStanding.of(["2024-01"], of: definition.pipeline)
        let shown = try await dock.ledger.actions.words(of: standing)
        #expect(shown == "2024-01 loaded by load 1 (sale)")
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let moved = dock.ledger.acting(as: Self.ana, having: shown).periods
        let error = await #expect(throws: ActionMoved.self) {
            try await moved.close(months, of: definition.pipeline, reason: "audited", by: "ana")
        }
        #expect(error?.now == "2024-01 loaded by load 2 (sale)")
        #expect(try await dock.row(Self.state) == "loaded")
        #expect(try await Self.log(dock).allSatisfy { !$0.contains("close") })
        let now = dock.ledger.acting(as: Self.ana, having: error?.now).periods
        #expect(
            try await now.close(months, of: definition.pipeline, reason: "audited", by: "ana")
                .count == 1
        )
        #expect(try await Self.log(dock).first == "ana | console | close | shop 2024-01 | audited")
    }

    @Test("an action that fails is not in the log, nor is its effect in the ledger")
    func together() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition)
        // The log's row comes last: where it cannot be written, nothing else is.
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        try await dock.connection.query("alter table longshore.actions add check (verb <> 'close')")
        await #expect(throws: PostgresError.self) {
            try await dock.ledger.periods.close(
                Self.months("2024-01"),
                of: definition.pipeline,
                reason: "audited",
                by: "ana"
            )
        }
        #expect(try await dock.row(Self.state) == "loaded")
    }

    @Test("rejects, schedules and what is forgotten are in the log, too")
    func others() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        let schedule = Schedule(
            cron: try CronExpression("0 2 * * *"),
            zone: "UTC",
            deadline: nil
        )
        let clock = try ScheduleClock(of: schedule)
        let desk = dock.ledger.acting(as: Self.ana, having: nil).schedules
        _ = try await desk.put(schedule, of: dock.request(definition).0, clock)
        _ = try await desk.pause("shop", reason: "holiday", by: "ana")
        _ = try await desk.pause("shop", reason: "holiday", by: "ana")
        _ = try await desk.resume("shop", clock)
        _ = try await desk.run("shop", by: "ana")
        try await desk.drop("shop", by: "ana")
        #expect(
            try await Self.log(dock) == [
                "ana | console | drop schedule | shop | -",
                "ana | console | run schedule | shop | -",
                "ana | console | resume schedule | shop | -",
                "ana | console | pause schedule | shop | holiday",
                "ana | console | put schedule | shop | -",
            ]
        )
        try await dock.load(definition)
        try await dock.connection.query(
            """
            insert into longshore.reject (load_id, ordinal, schema_name, table_name, period, source, line,
                byte_offset, rule, reason, raw) values (1, 0, 'shop', 'fact_sale', '2024-01', 'f', 1, 0,
                'required', 'r', 'x')
            """
        )
        var filter = RejectFilter()
        filter.pipeline = "shop"
        filter.rule = "required"
        let rejects = dock.ledger.acting(as: Self.ana, having: nil).rejects
        _ = try await rejects.waive(filter, reason: "known", by: "ana")
        _ = try await rejects.waive(filter, reason: "known", by: "ana")
        let waived = try #require(try await dock.ledger.actions.newest(limit: 1).first)
        #expect(waived.target == "rejects of shop, rule required")
        #expect(waived.before == "1 open")
        #expect(waived.after == "1 waived")
        #expect(waived.reason == "known")
    }
}
