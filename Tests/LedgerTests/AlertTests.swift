import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Schedules
import Testing
import WarehouseTestSupport

/// What coordinators find wrong, write down once, and take to tell it.
@Suite("Alerts in the ledger", .serialized)
struct AlertTests {
    private static let hook = "{ webhook: \"${HOOK}\" }"

    private static func definition(
        _ alerts: String = "- { on: all, to: \(hook) }",
        head: String = ""
    ) throws -> Definition {
        let lines = alerts.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        return try Shop.definition(others: "\(head)\nalerts:\n\(lines)\n")
    }

    /// A dock with a load whose sales have failed.
    private func failed(
        _ definition: Definition,
        code: String = "source.header"
    ) async throws -> Dock {
        let dock = try await Dock(Shop.files)
        try await fail(try await dock.create(definition), on: dock, code: code)
        return dock
    }

    private func fail(
        _ load: DockedLoad,
        on dock: Dock,
        code: String = "source.header"
    ) async throws {
        try await dock.connection.query(
            """
            update longshore.task set state = 'failed', failure_code = \(code),
                failure_message = 'a column is gone'
            where load_id = \(load.id) and table_name = 'fact_sale'
            """
        )
    }

    /// What each of several coordinators that look at once finds.
    private func look(_ dock: Dock, coordinators: Int = 1) async throws -> [AlertChange] {
        try await withThrowingTaskGroup(of: [AlertChange].self) { group in
            for _ in 0..<coordinators {
                let ledger = LedgerDesks(dock.configuration).coordination
                group.addTask {
                    let round = try await ledger.lookForAlerts()
                    if let failure = round.failure { throw failure }
                    return round.changes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Takes all messages that are to be told now, and says that they were.
    private func tell(_ dock: Dock) async throws -> [AlertMessage] {
        var messages: [AlertMessage] = []
        while let message = try await take(dock) {
            messages.append(message)
            #expect(try await dock.ledger.coordination.told(message))
        }
        return messages
    }

    private func take(_ dock: Dock, by coordinator: String = "one") async throws -> AlertMessage? {
        try await dock.ledger.coordination.takeAlertMessage(by: coordinator, for: .seconds(60))
    }

    private func expire(_ dock: Dock) async throws {
        try await dock.connection.query(
            "update longshore.alert_message set lease_until = now() - interval '1 second'"
        )
    }

    // MARK: Once

    @Test(
        "a failure begins one alert and one message to each target, whoever looks, until a load succeeds"
    )
    func once() async throws {
        let definition = try Self.definition(
            """
            - { on: all, to: \(Self.hook) }
            - { on: load_failed, to: \(Self.hook) }
            - { on: load_failed, to: { mail: "smtps://m", recipients: [ops@example.com] } }
            - { on: rejects, to: { webhook: "${OTHER}" } }
            """
        )
        let dock = try await failed(definition)
        var changes: [AlertChange] = []
        for _ in 0..<3 { changes += try await look(dock, coordinators: 3) }
        #expect(changes.map(\.isOver) == [false])
        let told = try await tell(dock)
        #expect(told.map(\.target.url).sorted() == ["${HOOK}", "smtps://m"])
        #expect(told.map(\.isOver) == [false, false])
        let alert = try #require(told.first?.alerts.first)
        #expect(alert.rule == .loadFailed)
        #expect(alert.table == "shop.fact_sale")
        #expect(alert.period == "2024-01")
        #expect(alert.code == "source.header")
        #expect(alert.summary == "a column is gone")
        #expect(alert.load == 1)

        // What is tried again, and what fails once more, is neither over nor another alert.
        try await dock.connection.query("update longshore.task set state = 'waiting'")
        #expect(try await look(dock, coordinators: 3) == [])
        try await fail(try await dock.create(definition), on: dock, code: "warehouse.conservation")
        #expect(try await look(dock, coordinators: 3) == [])
        #expect(try await dock.ledger.alerts.reports().map(\.alert.load) == [2])
        #expect(try await tell(dock) == [])

        #expect(try await dock.load(definition).failures == [])
        for _ in 0..<2 { changes += try await look(dock, coordinators: 3) }
        #expect(changes.map(\.isOver) == [false, true])
        let over = try await tell(dock)
        #expect(over.map(\.target.url).sorted() == ["${HOOK}", "smtps://m"])
        #expect(over.map(\.isOver) == [true, true])
        #expect(over.first?.alerts.first?.overBecause == "loaded by load 3")
        #expect(try await dock.ledger.alerts.reports() == [])
        #expect(try await dock.ledger.alerts.reports(all: true).first?.messages.count == 4)

        // The next failure is another alert.
        try await fail(try await dock.create(definition), on: dock)
        #expect(try await look(dock).map(\.isOver) == [false])
    }

    @Test(
        "who dies after telling has another tell it again, under the same identity, and says nothing any more"
    )
    func again() async throws {
        let dock = try await failed(Self.definition())
        _ = try await look(dock)
        let first = try #require(try await take(dock))
        #expect(try await take(dock, by: "two") == nil)
        try await expire(dock)
        let second = try #require(try await take(dock, by: "two"))
        #expect(second.identity == first.identity)
        #expect(second.alerts == first.alerts)
        #expect(second.fence > first.fence)
        #expect(try await !dock.ledger.coordination.told(first))
        #expect(try await dock.ledger.coordination.failed(first, because: "late"))
        #expect(try await dock.ledger.coordination.told(second))
        try await expire(dock)
        #expect(try await take(dock) == nil)
        #expect(try await dock.ledger.alerts.reports().first?.messages.map(\.failure) == [nil])
    }

    @Test(
        "what cannot be told is tried again later, holds up what comes after it, and is given up after days"
    )
    func failing() async throws {
        let definition = try Self.definition()
        let dock = try await failed(definition)
        _ = try await look(dock)
        let message = try #require(try await take(dock))
        let coordination = dock.ledger.coordination
        #expect(try await coordination.failed(message, because: "the status 503"))
        #expect(try await take(dock) == nil)
        let report = try #require(try await dock.ledger.alerts.reports().first?.messages.first)
        #expect(report.failure == "the status 503")
        #expect(report.target == "webhook at ${HOOK}")
        #expect(report.next != nil)
        #expect(try await dock.load(definition).failures == [])
        #expect(try await look(dock).map(\.isOver) == [true])
        #expect(try await take(dock) == nil)

        try await dock.connection.query(
            """
            update longshore.alert_message set next_at = now(), written_at = now() - interval '4 days'
            where not is_over
            """
        )
        let late = try #require(try await take(dock))
        #expect(!late.isOver)
        #expect(try await !coordination.failed(late, because: "the status 503"))
        #expect(try await tell(dock).map(\.isOver) == [true])
    }

    @Test("an Alertmanager is told again while an alert stands, and once that it is over")
    func repeated() async throws {
        let definition = try Self.definition("- { on: all, to: { alertmanager: \"${AM}\" } }")
        let dock = try await failed(definition)
        _ = try await look(dock)
        #expect(try await tell(dock).map { $0.alerts.map(\.over) } == [[nil]])
        #expect(
            try await dock.row(
                """
                select state, next_at between now() + interval '50 seconds' and now() + interval '60 seconds'
                from longshore.alert_message
                """
            ) == "open|t"
        )
        try await dock.connection.query("update longshore.alert_message set next_at = now()")
        #expect(try await tell(dock).count == 1)
        #expect(try await dock.load(definition).failures == [])
        #expect(try await look(dock).map(\.isOver) == [true])
        let last = try await tell(dock)
        #expect(last.map { $0.alerts.map { $0.over != nil } } == [[true]])
        #expect(try await dock.row("select state from longshore.alert_message") == "told")
    }

    // MARK: Absence

    @Test("a pipeline that nobody has ever loaded is overdue, by what was put for it")
    func neverLoaded() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Self.definition("- { on: overdue, by: 00:00, to: \(Self.hook) }")
        #expect(try await look(dock) == [])
        try await dock.ledger.alerts.put(dock.request(definition).0)
        #expect(try await look(dock, coordinators: 3).map(\.isOver) == [false])
        #expect(try await look(dock) == [])
        let alert = try #require(try await dock.ledger.alerts.reports().first?.alert)
        #expect(alert.rule == .overdue)
        #expect(alert.table == "shop.fact_sale")
        #expect(
            try await dock.row("select to_char(now() - interval '1 month', 'YYYY-MM')")
                == alert.period
        )
        #expect(try await tell(dock).count == 1)
        #expect(try await dock.ledger.alerts.drop("shop"))
        #expect(try await !dock.ledger.alerts.drop("shop"))
        #expect(try await look(dock).map(\.isOver) == [true])
        let over = try await tell(dock)
        #expect(
            over.first?.alerts.first?.overBecause == "the pipeline tells no alerts any more"
        )
    }

    @Test(
        "a period that is loaded is overdue no more, also when another period is missed meanwhile"
    )
    func loadedLate() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Self.definition("- { on: overdue, by: 00:00, to: \(Self.hook) }")
        try await dock.ledger.alerts.put(dock.request(definition).0)
        #expect(try await look(dock).count == 1)
        // As if the alert had begun when January was over.
        try await dock.connection.query("update longshore.alert set period = '2024-01'")
        #expect(try await look(dock).map(\.isOver) == [false])
        #expect(try await dock.load(definition).failures == [])
        #expect(try await look(dock).map(\.isOver) == [true])
        #expect(try await dock.ledger.alerts.reports().count == 1)
    }

    @Test(
        "a firing that nobody has loaded by its deadline is told, and over when the schedule is paused"
    )
    func deadline() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Self.definition(
            head: "schedule: { cron: \"0 2 * * *\", deadline: 06:00 }"
        )
        let schedule = try #require(definition.pipeline.schedule)
        let clock = try ScheduleClock(of: schedule)
        _ = try await dock.ledger.schedules.put(schedule, of: dock.request(definition).0, clock)
        #expect(try await look(dock) == [])
        try await dock.connection.query(
            """
            update longshore.schedule set next_at = now() - interval '3 hours',
                next_deadline_at = now() - interval '1 hour'
            """
        )
        #expect(try await look(dock, coordinators: 3).map(\.isOver) == [false])
        let alert = try #require(try await dock.ledger.alerts.reports().first?.alert)
        #expect(alert.rule == .overdue)
        #expect(alert.place == "shop")
        #expect(try await dock.ledger.schedules.pause("shop", reason: nil, by: "ana"))
        #expect(try await look(dock).map(\.isOver) == [true])
    }

    @Test("a source is told that is awaited for longer than an entry says")
    func awaited() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Self.definition(
            """
            - { on: source_missing, awaited: 5 min, to: \(Self.hook) }
            - { on: source_missing, awaited: 2 h, to: { webhook: "${LATER}" } }
            - { on: load_failed, to: { webhook: "${FAILED}" } }
            """
        )
        let load = try await dock.create(definition)
        try await dock.connection.query(
            """
            update longshore.task set state = 'published', absent_since = now() - interval '10 minutes',
                awaited_until = now() + interval '1 hour', failure_message = 'no file', failure_code = 'source.missing'
            where table_name = 'fact_sale'
            """
        )
        #expect(try await look(dock).map(\.isOver) == [false])
        #expect(try await tell(dock).map(\.target.url) == ["${HOOK}"])
        // It did not come: now it is a failure, too.
        try await fail(load, on: dock, code: "source.missing")
        #expect(try await look(dock) == [])
        #expect(try await tell(dock).map(\.target.url) == ["${FAILED}", "${LATER}"])
    }

    // MARK: Which

    @Test("rejects are told above the share that is said, until they are waived")
    func rejects() async throws {
        var files = Shop.files
        files["sales_2024-01.csv"] = Shop.january + "s9,2024-01-09,c1,-1\n"
        let dock = try await Dock(files)
        let definition = try Self.definition(
            """
            - { on: rejects, to: \(Self.hook) }
            - { on: rejects, above: 50%, to: { webhook: "${MANY}" } }
            """
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await look(dock).map(\.isOver) == [false])
        let told = try await tell(dock)
        #expect(told.map(\.target.url) == ["${HOOK}"])
        #expect(told.first?.alerts.map(\.summary) == ["1 of 4 rows rejected"])
        try await dock.connection.query("update longshore.reject set state = 'waived'")
        #expect(try await look(dock).map(\.isOver) == [true])
    }

    @Test(
        "what an audit refuses is a failed audit, which is a failed load, too",
        arguments: ["warehouse.mart_test", "warehouse.row_count", "warehouse.control_total"]
    )
    func audits(code: String) async throws {
        let definition = try Self.definition(
            """
            - { on: audit_failed, to: \(Self.hook) }
            - { on: load_failed, to: { webhook: "${FAILED}" } }
            - { on: [overdue, source_missing], by: 06:00, to: { webhook: "${ABSENT}" } }
            """
        )
        let dock = try await failed(definition, code: code)
        _ = try await look(dock)
        let rules = try await dock.ledger.alerts.reports().map(\.alert.rule)
        #expect(rules.filter { $0 != .overdue } == [.auditFailed])
        let urls = try await tell(dock).map(\.target.url).filter { $0 != "${ABSENT}" }
        #expect(urls == ["${FAILED}", "${HOOK}"])
    }

    @Test(
        "a load's definition counts where none was put: what tells no alerts ends those that stand"
    )
    func newest() async throws {
        let put = try await failed(Self.definition())
        try await put.ledger.alerts.put(put.request(Self.definition()).0)
        #expect(try await look(put).map(\.isOver) == [false])
        _ = try await put.create(Shop.definition())
        #expect(try await look(put) == [])
        let dock = try await failed(Self.definition())
        #expect(try await look(dock).map(\.isOver) == [false])
        _ = try await dock.create(Shop.definition())
        #expect(try await look(dock).map(\.isOver) == [true])
        #expect(try await look(dock) == [])
    }

    @Test("of each pipeline the newest load counts, and the others' count for nothing")
    func newestOfEach() async throws {
        let dock = try await Dock(Shop.files)
        _ = try await dock.create(Self.definition("- { on: overdue, by: 00:00, to: \(Self.hook) }"))
        try await dock.connection.query(
            """
            insert into longshore.load (pipeline, fleet, definition, folder, grain, periods, requested_by, kind)
            select p, fleet, definition, folder, grain, periods, requested_by, kind
            from longshore.load, unnest(array['mall', 'mall', 'stall', 'store']) p
            """
        )
        let quiet = try await dock.create(Shop.definition()).id
        try await dock.connection.query(
            "update longshore.load set pipeline = 'stall' where id = \(quiet)"
        )
        #expect(try await look(dock).map(\.pipeline) == ["mall", "shop", "store"])
    }

    @Test("a target that is new hears of what stands")
    func newTarget() async throws {
        let dock = try await failed(Self.definition())
        _ = try await look(dock)
        #expect(try await tell(dock).count == 1)
        try await dock.ledger.alerts.put(
            dock.request(
                Self.definition(
                    """
                    - { on: all, to: \(Self.hook) }
                    - { on: all, to: { webhook: "${NEW}" } }
                    """
                )
            )
            .0
        )
        #expect(try await look(dock) == [])
        #expect(try await tell(dock).map(\.target.url) == ["${NEW}"])
    }

    @Test("what happened more than a week ago begins no alert")
    func old() async throws {
        let dock = try await failed(Self.definition())
        try await dock.connection.query(
            "update longshore.load set state = 'failed', finished_at = now() - interval '8 days'"
        )
        #expect(try await look(dock) == [])
    }

    @Test("a pipeline that cannot be looked at holds up no other, and what has begun is told of")
    func broken() async throws {
        let dock = try await failed(Self.definition())
        let definition = try Self.definition("- { on: overdue, by: 06:00, to: \(Self.hook) }")
        var request = try dock.request(definition).0
        request.pipeline.name = "another"
        try await dock.ledger.alerts.put(request)
        try await dock.connection.query(
            """
            create function longshore.refuse() returns trigger language plpgsql as
                $$ begin raise 'no alert of another'; end $$;
            """
        )
        try await dock.connection.query(
            """
            create trigger refuse before insert on longshore.alert for each row
                when (new.pipeline = 'another') execute function longshore.refuse()
            """
        )
        let round = try await dock.ledger.coordination.lookForAlerts()
        #expect(round.failure is PostgresError)
        #expect(round.changes.map(\.pipeline) == ["shop"])
        #expect(try await dock.ledger.alerts.reports().map(\.alert.pipeline) == ["shop"])
    }

    @Test("another fleet's alerts are its own")
    func fleets() async throws {
        let dock = try await failed(Self.definition())
        let other = LedgerDesks(dock.configuration, fleet: "other").coordination
        #expect(try await other.lookForAlerts().changes == [])
        _ = try await look(dock)
        #expect(try await other.takeAlertMessage(by: "x", for: .seconds(60)) == nil)
        #expect(try await tell(dock).count == 1)
    }

    @Test("a pipeline that is renamed takes its alerts along")
    func rename() async throws {
        let dock = try await failed(Self.definition())
        _ = try await look(dock)
        try await dock.connection.query("update longshore.load set state = 'failed'")
        _ = try await dock.ledger.pipelines.rename("shop", to: "store")
        #expect(try await look(dock) == [])
        #expect(try await tell(dock).map(\.pipeline) == ["store"])
        #expect(try await dock.ledger.alerts.reports(ofPipeline: "store").count == 1)
    }
}
