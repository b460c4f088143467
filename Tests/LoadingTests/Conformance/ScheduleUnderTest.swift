import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import Schedules
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

/// The ledgers of schedules that must behave alike: the twin, which the simulation runs on, and the real one.
enum ScheduleLedgerUnderTest: String, CaseIterable, CustomTestStringConvertible {
    case twin
    case postgres

    var testDescription: String { rawValue }

    /// A ledger that nobody else uses.
    func make() async throws -> any ScheduleBench {
        switch self {
        case .twin: TwinScheduleBench()
        case .postgres: try await PostgresScheduleBench()
        }
    }
}

/// A firing as a test looks at it.
struct FoundFiring: Hashable {
    /// Minutes from the schedule's first firing.
    var minute: Int
    var state: FiringState
    var load: Int64?
}

/// A ledger of schedules, and what a test does to it beside its port.
///
/// The shop has a schedule of every minute, whose first firing was due some minutes ago.
protocol ScheduleBench: Sendable {
    func ledger(of fleet: String) -> any ScheduleLedger & LoadLedger
    func creator(for lease: FiringLease) -> any LoadCreator
    func request() throws -> (LoadRequest, PlanGraph)
    /// Registers the schedule; its first firing is so many minutes ago.
    func put(_ minutes: Int, _ overlap: Schedule.Overlap) async throws
    func pause() async throws
    /// Has it fired by hand.
    func fire() async throws
    /// Has the leases of firings end.
    func endLeases() async throws
    /// The firings that were not fired by hand, in their order.
    func firings() async throws -> [FoundFiring]
}

extension ScheduleBench {
    var ledger: any ScheduleLedger & LoadLedger { ledger(of: "longshore") }

    /// Writes down what is due, as a coordinator does.
    @discardableResult
    func writeDue(_ catchUp: Schedule.CatchUp = .all) async throws -> Int {
        let due = try #require(try await ledger.dueSchedules().first)
        var schedule = due.schedule
        schedule.catchUp = catchUp
        let clock = ScheduleClock(schedule, in: .utc)
        let firings = clock.due(from: due.next, now: due.now)
        #expect(try await ledger.write(firings, of: due, by: "one"))
        return firings.firings.count
    }

    func take(by owner: String = "one") async throws -> OpenFiring? {
        try await ledger.takeFiring(by: owner, for: .seconds(15))
    }
}

/// The twin.
final class TwinScheduleBench: ScheduleBench {
    private let clock = TestClock()
    private let warehouse: InMemoryWarehouse

    init() {
        warehouse = InMemoryWarehouse(clock: clock)
        clock.advance(by: .seconds(86_400 + 30))
    }

    private static let now = InMemorySchedules.epoch + 86_400

    func ledger(of fleet: String) -> any ScheduleLedger & LoadLedger {
        InMemoryLedger(warehouse, fleet: fleet)
    }

    func creator(for lease: FiringLease) -> any LoadCreator {
        InMemoryLedger(warehouse).creator(for: lease)
    }

    func request() throws -> (LoadRequest, PlanGraph) {
        try Shop.request("2024-01", folder: "/")
    }

    func put(_ minutes: Int, _ overlap: Schedule.Overlap) async throws {
        warehouse.put(
            try .everyMinute(overlap),
            of: "shop",
            next: Self.now - minutes * 60
        )
    }

    func pause() async throws { warehouse.pauseSchedule(of: "shop") }
    func fire() async throws { warehouse.fire("shop") }
    func endLeases() async throws { clock.advance(by: .seconds(16)) }

    func firings() async throws -> [FoundFiring] {
        let firings = warehouse.firings.filter { $0.planned % 60 == 0 }
        let first = firings.map(\.planned).min() ?? 0
        return firings.sorted { $0.planned < $1.planned }
            .map { FoundFiring(minute: ($0.planned - first) / 60, state: $0.state, load: $0.load) }
    }
}

/// The real one, in a database of its own.
final class PostgresScheduleBench: ScheduleBench {
    private let dock: Dock

    init() async throws {
        dock = try await Dock(Shop.files)
    }

    func ledger(of fleet: String) -> any ScheduleLedger & LoadLedger {
        let desks =
            fleet == "longshore" ? dock.ledger : LedgerDesks(dock.configuration, fleet: fleet)
        return desks.coordination
    }

    func creator(for lease: FiringLease) -> any LoadCreator {
        dock.ledger.requests.creator(for: lease, awaited: nil)
    }

    func request() throws -> (LoadRequest, PlanGraph) {
        try Shop.request("2024-01", folder: dock.folder)
    }

    func put(_ minutes: Int, _ overlap: Schedule.Overlap) async throws {
        let schedule = try Schedule.everyMinute(overlap)
        _ = try await dock.ledger.schedules
            .put(schedule, of: request().0, ScheduleClock(schedule, in: .utc))
        try await dock.connection.query(
            """
            update longshore.schedule set
                next_at = date_trunc('minute', clock_timestamp()) - \(minutes) * interval '1 minute'
            """
        )
    }

    func pause() async throws {
        _ = try await dock.ledger.schedules.pause("shop", reason: nil, by: "test")
    }

    func fire() async throws { _ = try await dock.ledger.schedules.run("shop", by: "test") }

    func endLeases() async throws {
        try await dock.connection.query(
            "update longshore.firing set lease_until = lease_until - interval '16 seconds'"
        )
    }

    func firings() async throws -> [FoundFiring] {
        let rows = try await dock.connection.query(
            """
            select state, load_id, floor(extract(epoch from planned_at - min(planned_at) over ()) / 60)::bigint
                as minute
            from longshore.firing where requested_by is null order by planned_at
            """
        )
        return try rows.map { row in
            FoundFiring(
                minute: try row.integer("minute"),
                state: try row.word("state"),
                load: try row.optionalInteger("load_id", as: Int64.self)
            )
        }
    }
}

extension Schedule {
    fileprivate static func everyMinute(_ overlap: Overlap) throws -> Schedule {
        Schedule(
            cron: try CronExpression("* * * * *"),
            zone: "UTC",
            overlap: overlap,
            catchUp: .all
        )
    }
}
