import Extraction
import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Schedules
import StarSchema
import Testing
import WarehouseTestSupport

/// What firings load.
@Suite("What a firing loads", .serialized)
struct RegisteredLoadsTests {
    /// 2024-03-02 02:00 UTC.
    private static let march = 1_709_344_800

    private func request(
        _ dock: Dock,
        _ periods: ScheduledPeriods = .due,
        planned: Int = march
    ) async throws -> ScheduledRequest {
        let schedule = Schedule(cron: try CronExpression("@daily"), zone: "UTC", periods: periods)
        _ = try await dock.ledger.schedules
            .put(schedule, of: dock.request(Shop.definition()).0, ScheduleClock(of: schedule))
        let firing = OpenFiring(
            lease: FiringLease(firing: 1, epoch: 1),
            pipeline: "shop",
            planned: planned,
            periods: periods,
            overlap: .skip
        )
        return try await RegisteredLoads(dock.ledger, environment: SourceEnvironment { _ in nil })
            .request(for: firing)
    }

    private func labels(_ request: ScheduledRequest) -> [String]? {
        request.request?.periods.map(\.label)
    }

    @Test("it is what is due on the day of its planned time")
    func due() async throws {
        let dock = try await Dock(Shop.files)
        let found = try await request(dock)
        #expect(labels(found) == ["2024-01", "2024-02"])
        #expect(found.awaited == nil)
        #expect(found.request?.requestedBy == "schedule")
        // 2024-02-02: February was not over.
        #expect(labels(try await request(dock, planned: Self.march - 29 * 86_400)) == ["2024-01"])
    }

    @Test(
        "when all is loaded there is nothing, and periods that are asked for again are loaded again"
    )
    func again() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        #expect(try await request(dock).request == nil)
        #expect(labels(try await request(dock, .last(1))) == ["2024-02"])
        #expect(labels(try await request(dock, .last(9))) == ["2024-01", "2024-02"])
    }

    @Test("closed periods are not loaded again")
    func closed() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        try await dock.connection.query(
            "update longshore.control set state = 'closed' where period = '2024-02'"
        )
        #expect(labels(try await request(dock, .last(2))) == ["2024-01"])
    }

    @Test("files that are awaited are told")
    func awaited() async throws {
        let dock = try await Dock([
            "customers.csv": Shop.customers, "sales_2024-01.csv": Shop.january,
        ])
        let found = try await request(dock)
        #expect(labels(found) == ["2024-01"])
        #expect(
            found.awaited == "awaited: fact_sale 2024-02: no file matches `sales_2024-02.csv`"
        )
    }

    @Test("what a server could not do may pass, what the ledger refuses does not")
    func mayPass() async throws {
        let dock = try await Dock(Shop.files)
        let loads = RegisteredLoads(dock.ledger, environment: SourceEnvironment { _ in nil })
        await #expect {
            _ = try await dock.ledger.schedules.request(ofPipeline: "other", by: "x")
        } throws: {
            !loads.mayPass($0)
        }
        await #expect {
            try await PostgresConnection.connect(
                PostgresConfiguration(url: "postgres://u@127.0.0.1:1/d")
            )
        } throws: {
            loads.mayPass($0)
        }
    }
}
