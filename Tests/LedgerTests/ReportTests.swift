import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("What people ask the ledger", .serialized)
struct ReportTests {
    private func loaded() async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-02.csv",
            "sale_id,sold_on,customer_id,amount\ns4,2024-02-01,c2,-1\n"
        )
        return (dock, try await dock.load(Shop.definition(), periods: "2024-01..2024-02"))
    }

    @Test("a load in one line: its periods, its tasks by state, who asked")
    func load() async throws {
        let (dock, load) = try await loaded()
        let newer = try await dock.create(Shop.definition())
        let report = try #require(try await dock.ledger.loads.report(ofLoad: load.id))
        #expect(report.pipeline == "shop")
        #expect(report.state == .running)
        #expect(report.periods == "2024-01..2024-02")
        #expect(report.tasks == [.done: 2, .waiting: 1])
        #expect(report.requestedBy == "test")
        #expect(report.coordinator == nil)
        #expect(report.seconds > 0)
        #expect(try await dock.ledger.loads.newest(limit: 10).map(\.load) == [newer.id, load.id])
        #expect(try await dock.ledger.loads.newest(limit: 1).map(\.periods) == ["2024-01"])
        #expect(try await dock.ledger.loads.report(ofLoad: 99) == nil)
    }

    @Test("a state that this version does not know is an error, and no other state")
    func unknownState() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        try await dock.connection.script(
            """
            alter table longshore.task drop constraint task_state_check;
            update longshore.task set state = 'frozen' where ordinal = 0
            """
        )
        for ask: () async throws -> Void in [
            { _ = try await dock.ledger.tasks.reports(ofLoad: load.id) },
            { _ = try await dock.ledger.coordination.states(ofLoad: load.id) },
            { _ = try await dock.ledger.loads.report(ofLoad: load.id) },
        ] {
            let error = await #expect(throws: LedgerError.self) { try await ask() }
            #expect(
                error?.description.hasPrefix("the ledger says `frozen` in its column `") == true
            )
        }
    }

    @Test("tasks say what they did, or why they failed")
    func tasks() async throws {
        let (dock, load) = try await loaded()
        let failure = try #require(load.failure("sale 2024-02"))
        #expect(failure.code == "warehouse.row_count")
        _ = try await dock.loader.record(
            failure,
            of: load.task("sale 2024-02"),
            by: "test",
            policy: RetryPolicy()
        )
        let tasks = try await dock.ledger.tasks.reports(ofLoad: load.id)
        #expect(tasks.map(\.ordinal) == [0, 1, 2])
        #expect(tasks.map(\.table) == ["dim_customer", "fact_sale", "fact_sale"])
        #expect(tasks.map(\.period) == ["", "2024-01", "2024-02"])
        #expect(tasks.map(\.state) == [.done, .done, .failed])
        #expect(
            tasks.map(\.counts) == [
                RowCounts(read: 2, loaded: 2), RowCounts(read: 3, loaded: 3), nil,
            ]
        )
        #expect(tasks.map(\.replaced) == [0, 0, nil])
        #expect(tasks.map(\.failure) == [nil, nil, failure.description])
        #expect(tasks.map(\.failures) == [0, 0, 1])
    }

    @Test("a load that is paused, or that nobody coordinates, says so and how it goes on")
    func hindrance() async throws {
        let (dock, load) = try await loaded()
        func hindrances() async throws -> [String] {
            try await dock.ledger.loads.unfinished(ofPipeline: "shop").map { $0.hindrance ?? "-" }
        }
        #expect(
            try await hindrances() == [
                "load \(load.id) of shop is not finished, and nobody coordinates it; "
                    + "go on with: longshore resume \(load.id)"
            ]
        )
        let lease = try #require(
            await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "test",
                for: .seconds(30)
            )
        )
        #expect(try await hindrances() == ["-"])
        _ = try await dock.ledger.orders.pause(
            .pipeline("shop"),
            interrupts: false,
            reason: "the source moves",
            by: "ana"
        )
        #expect(
            try await hindrances() == [
                "load \(load.id) of shop is paused by ana (the source moves); "
                    + "go on with: longshore resume shop"
            ]
        )
        #expect(
            try await dock.ledger.coordination.interventions(ofLoad: load.id).pausedBy
                == Interventions.PausedBy(target: "shop", person: "ana", reason: "the source moves")
        )
        #expect(try await dock.ledger.coordination.finish(lease, state: .failed, blocked: []))
        #expect(try await hindrances() == [])
        #expect(try await dock.ledger.loads.report(ofLoad: load.id)?.hindrance == nil)
    }

    @Test("a load of which nothing begins says so when that has lasted, and how to ask why")
    func unbegun() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let coordination = dock.ledger.coordination
        let lease = try #require(
            await coordination.acquireLease(on: load.id, owner: "test", for: .seconds(30))
        )
        func report() async throws -> LoadReport {
            var reports = [try #require(try await dock.ledger.loads.report(ofLoad: load.id))]
            try await dock.ledger.loads.addUnbegun(to: &reports)
            return reports[0]
        }
        #expect(try await report().unbegun == nil)
        #expect(try await coordination.markPublished([0, 1], lease: lease))
        #expect(try await report().unbegun?.tasks == 2)
        #expect(try await report().hindrance == nil)
        try await dock.connection.query(
            "update longshore.task set published_at = clock_timestamp() - interval '45 seconds' where ordinal < 2"
        )
        let hindrance = try await report().hindrance
        #expect(
            hindrance?
                .hasPrefix("load 1 of shop waits: 2 published tasks and none of them begun in ")
                == true
        )
        #expect(hindrance?.hasSuffix("ask why with: longshore why 1.0") == true)
        #expect(try await report().standstill == nil)
        try await dock.connection.query(
            "update longshore.task set published_at = clock_timestamp() - interval '1 hour' where ordinal < 2"
        )
        #expect(
            try await report().standstill == "nothing has begun for more than a minute, "
                + "though 2 tasks are published: longshore why 1.0"
        )
        #expect(try await dock.ledger.tasks.unbegun(inPool: "default") == 2)
        #expect(try await dock.ledger.tasks.unbegun(inPool: "heavy") == 0)
        // An attempt that has begun, one that waits for its next time, a source that is awaited.
        for sign in ["begun_at", "absent_since", "retry_at"] {
            try await dock.connection.query(
                "update longshore.task set \(raw: sign) = clock_timestamp() + interval '1 hour' where ordinal = 1"
            )
            #expect(try await report().unbegun == nil, "\(sign)")
            try await dock.connection.query("update longshore.task set \(raw: sign) = null")
        }
        #expect(try await report().unbegun?.first == 0)
        // An attempt that has just failed is a sign of life, and who is to be published again waits for nobody.
        try await dock.connection.query(
            """
            insert into longshore.attempt (load_id, ordinal, number, kind, code, message, worker)
            values (1, 1, 1, 'error', 'of.the_test', '', 'test')
            """
        )
        #expect(try await report().standstill == nil)
        try await dock.connection.query("delete from longshore.attempt")
        #expect(try await report().standstill != nil)
        let orders = dock.ledger.orders
        _ = try await orders.pause(.load(load.id), interrupts: false, reason: nil, by: "ana")
        #expect(try await orders.resume(.load(load.id)).isNew)
        #expect(try await report().unbegun == nil)
        #expect(
            try await coordination.idle([0, 1], ofLoad: load.id, since: .seconds(30)) == [0, 1]
        )
    }

    @Test("the control table tells which periods are loaded")
    func periods() async throws {
        let (dock, load) = try await loaded()
        let periods = try await dock.ledger.periods.reports(ofPipeline: "shop")
        #expect(periods.map(\.table) == ["shop.fact_sale", "shop.fact_sale"])
        #expect(periods.map(\.period) == ["2024-01", "2024-02"])
        #expect(periods.map(\.state) == [.loaded, .pending])
        #expect(periods.map(\.loadedBy) == [load.id, nil])
        #expect(periods.map(\.rows) == [3, nil])
        #expect(try await dock.ledger.periods.reports(ofPipeline: "other").isEmpty)
        #expect(try await dock.ledger.periods.reports(ofPipeline: nil).count == 2)
        #expect(
            try await dock.due(Shop.definition().pipeline).states
                == [.loaded: ["2024-01"], .pending: ["2024-02"]]
        )
    }
}
