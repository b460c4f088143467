import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
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
        let report = try #require(try await dock.ledger.report(ofLoad: load.id))
        #expect(report.pipeline == "shop")
        #expect(report.state == .running)
        #expect(report.periods == "2024-01..2024-02")
        #expect(report.tasks == [.done: 2, .waiting: 1])
        #expect(report.requestedBy == "test")
        #expect(report.coordinator == nil)
        #expect(report.seconds > 0)
        #expect(try await dock.ledger.loads(limit: 10).map(\.load) == [newer.id, load.id])
        #expect(try await dock.ledger.loads(limit: 1).map(\.periods) == ["2024-01"])
        #expect(try await dock.ledger.report(ofLoad: 99) == nil)
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
        let tasks = try await dock.ledger.tasks(ofLoad: load.id)
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
            try await dock.ledger.unfinishedLoads(ofPipeline: "shop").map { $0.hindrance ?? "-" }
        }
        #expect(
            try await hindrances() == [
                "load \(load.id) of shop is not finished, and nobody coordinates it; "
                    + "go on with: longshore resume \(load.id)"
            ]
        )
        let lease = try #require(
            await dock.ledger.acquireLease(on: load.id, owner: "test", for: .seconds(30))
        )
        #expect(try await hindrances() == ["-"])
        _ = try await dock.ledger.pause(
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
            try await dock.ledger.interventions(ofLoad: load.id).pausedBy
                == Interventions.PausedBy(target: "shop", person: "ana", reason: "the source moves")
        )
        #expect(try await dock.ledger.finish(lease, state: .failed, blocked: []))
        #expect(try await hindrances() == [])
        #expect(try await dock.ledger.report(ofLoad: load.id)?.hindrance == nil)
    }

    @Test("the control table tells which periods are loaded")
    func periods() async throws {
        let (dock, load) = try await loaded()
        let periods = try await dock.ledger.periods(ofPipeline: "shop")
        #expect(periods.map(\.table) == ["shop.fact_sale", "shop.fact_sale"])
        #expect(periods.map(\.period) == ["2024-01", "2024-02"])
        #expect(periods.map(\.state) == [.loaded, .pending])
        #expect(periods.map(\.loadedBy) == [load.id, nil])
        #expect(periods.map(\.rows) == [3, nil])
        #expect(try await dock.ledger.periods(ofPipeline: "other").isEmpty)
        #expect(try await dock.ledger.periods(ofPipeline: nil).count == 2)
        #expect(
            try await dock.due(Shop.definition().pipeline).states
                == [.loaded: ["2024-01"], .pending: ["2024-02"]]
        )
    }
}
