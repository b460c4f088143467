import Foundation
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

/// The warehouses that must behave alike: the twin, which the simulation runs on, and the real one.
enum WarehouseUnderTest: String, CaseIterable, CustomTestStringConvertible {
    case twin
    case postgres

    var testDescription: String { rawValue }

    /// A warehouse that nobody else uses.
    func make() async throws -> any WarehouseBench {
        switch self {
        case .twin: TwinBench()
        case .postgres: try await PostgresBench()
        }
    }
}

/// A warehouse, and what a test does to it beside its ports.
///
/// Loads are of the shop: the task 0 is its dimension, the others are a fact of one month each.
protocol WarehouseBench: Sendable {
    func creator(of fleet: String) -> any LoadCreator
    func ledger(of fleet: String) -> any LoadLedger & InterventionLedger
    /// A slot's connection.
    func loader() -> any TaskLoader
    func request(_ periods: String) throws -> (LoadRequest, PlanGraph)
    /// Lets time pass, of which nobody sleeps.
    func pass(_ time: Duration) async throws
    /// Holds a task as another attempt would, while `body` runs.
    func holding(_ task: LoadTaskID, _ body: () async throws -> Void) async throws
    /// Begins an attempt whose worker dies at once.
    func die(in task: LoadTaskID) async throws
    func pause(_ load: Int64) async throws
    func resume(_ load: Int64) async throws
    func cancel(_ load: Int64) async throws
    func cancel(_ task: LoadTaskID) async throws
    func retry(_ load: Int64) async throws
    /// A newer program migrates the ledger.
    func migrate() async throws
    /// Forgets the fleet of every load, as if an older version had written them.
    func forgetFleets() async throws
    /// Overwrites a state, as a take-over of the plan or a person would.
    func set(_ state: TaskState, of task: LoadTaskID) async throws
}

extension WarehouseBench {
    var ledger: any LoadLedger & InterventionLedger { ledger(of: "longshore") }

    func create(_ periods: String = "2024-01", of fleet: String = "longshore") async throws -> Int64
    {
        let (request, graph) = try self.request(periods)
        return try await creator(of: fleet).create(request, tasks: graph.tasks)
    }

    func lease(_ load: Int64, as owner: String = "one") async throws -> LoadLease {
        try #require(
            try await ledger.acquireLease(on: load, owner: owner, for: .seconds(15))
        )
    }

    func perform(
        _ load: Int64,
        _ ordinal: Int,
        by loader: (any TaskLoader)? = nil
    ) async -> TaskOutcome {
        await (loader ?? self.loader())
            .perform(
                LoadTaskID(load: load, ordinal: ordinal),
                by: "test",
                observer: NoObserver()
            )
    }

    func record(_ failure: TaskFailure, of task: LoadTaskID) async throws -> FailureVerdict {
        try await loader().record(failure, of: task, by: "test", policy: RetryPolicy())
    }

    func recordCrash(of task: LoadTaskID, most: Int = 10) async throws -> FailureVerdict? {
        try await loader()
            .recordCrash(of: task, by: "test", policy: RetryPolicy(maximumCrashes: most))
    }
}

/// The twin.
final class TwinBench: WarehouseBench {
    private let clock = TestClock()
    private let warehouse: InMemoryWarehouse

    init() {
        warehouse = InMemoryWarehouse(clock: clock)
        warehouse.setBehaviour { _, _ in .init(stepTime: .zero) }
    }

    func creator(of fleet: String) -> any LoadCreator { InMemoryLedger(warehouse, fleet: fleet) }

    func ledger(of fleet: String) -> any LoadLedger & InterventionLedger {
        InMemoryLedger(warehouse, fleet: fleet)
    }

    func loader() -> any TaskLoader { InMemoryTaskLoader(warehouse) }

    func request(_ periods: String) throws -> (LoadRequest, PlanGraph) {
        try Shop.request(periods, folder: "/")
    }

    func pass(_ time: Duration) async throws { clock.advance(by: time) }

    func holding(_ task: LoadTaskID, _ body: () async throws -> Void) async throws {
        let attempt = try #require(warehouse.hold(task))
        try await body()
        warehouse.letGo(task, attempt)
    }

    func die(in task: LoadTaskID) async throws { warehouse.die(in: task) }
    func pause(_ load: Int64) async throws { warehouse.pause(load, .afterRunning) }
    func resume(_ load: Int64) async throws { warehouse.resume(load) }
    func cancel(_ load: Int64) async throws { warehouse.cancel(load) }
    func cancel(_ task: LoadTaskID) async throws { warehouse.cancel(task) }
    func retry(_ load: Int64) async throws { warehouse.retry(load) }
    func migrate() async throws { warehouse.migrate() }
    func forgetFleets() async throws { warehouse.forgetFleets() }
    func set(_ state: TaskState, of task: LoadTaskID) async throws {
        warehouse.setState(state, of: task)
    }
}

/// The real one, in a database of its own.
final class PostgresBench: WarehouseBench {
    private let dock: Dock

    init() async throws {
        dock = try await Dock(Shop.files)
    }

    private func desks(of fleet: String) -> LedgerDesks {
        fleet == "longshore" ? dock.ledger : LedgerDesks(dock.configuration, fleet: fleet)
    }

    func creator(of fleet: String) -> any LoadCreator { desks(of: fleet).requests }

    func ledger(of fleet: String) -> any LoadLedger & InterventionLedger {
        desks(of: fleet).coordination
    }

    func loader() -> any TaskLoader { dock.loader }

    func request(_ periods: String) throws -> (LoadRequest, PlanGraph) {
        try Shop.request(periods, folder: dock.folder)
    }

    /// Every moment in the ledger becomes one that is so much longer ago.
    func pass(_ time: Duration) async throws {
        let past: SQL = "- interval '\(raw: "\(time.components.seconds)") seconds'"
        try await dock.connection.script(
            """
            update longshore.task set published_at = published_at \(past), retry_at = retry_at \(past),
                parked_until = parked_until \(past), begun_at = begun_at \(past);
            update longshore.load set lease_until = lease_until \(past);
            """
        )
    }

    func holding(_ task: LoadTaskID, _ body: () async throws -> Void) async throws {
        try await die(in: task)
        try await dock.connection.transaction {
            try await dock.connection.query(
                """
                select from longshore.task
                where load_id = \(task.load) and ordinal = \(task.ordinal) for update
                """
            )
            try await body()
            try await dock.connection.query(
                """
                update longshore.task set begun_at = null
                where load_id = \(task.load) and ordinal = \(task.ordinal)
                """
            )
        }
    }

    /// What an attempt has committed before its own transaction, long enough ago to be believed.
    func die(in task: LoadTaskID) async throws {
        try await dock.connection.query(
            """
            update longshore.task set begun_at = now() - interval '2 seconds'
            where load_id = \(task.load) and ordinal = \(task.ordinal)
            """
        )
    }

    func pause(_ load: Int64) async throws {
        _ = try await dock.ledger.orders.pause(
            .load(load),
            interrupts: false,
            reason: nil,
            by: "test"
        )
    }
    func resume(_ load: Int64) async throws { _ = try await dock.ledger.orders.resume(.load(load)) }
    func cancel(_ load: Int64) async throws {
        _ = try await dock.ledger.orders.cancel(.load(load), reason: nil, by: "test")
    }
    func cancel(_ task: LoadTaskID) async throws {
        _ = try await dock.ledger.orders.cancel(.task(task), reason: nil, by: "test")
    }
    func retry(_ load: Int64) async throws {
        _ = try await dock.ledger.orders.retry(.load(load), .unfinished)
    }
    func migrate() async throws {
        try await dock.connection.query(
            "insert into longshore.migration (version, name) values (999, 'of the future')"
        )
    }
    func forgetFleets() async throws {
        try await dock.connection.query("update longshore.load set fleet = null")
    }
    func set(_ state: TaskState, of task: LoadTaskID) async throws {
        try await dock.connection.query(
            """
            update longshore.task set state = \(state.rawValue)
            where load_id = \(task.load) and ordinal = \(task.ordinal)
            """
        )
    }
}

extension Shop {
    /// A load of the shop as it is asked for, and its plan.
    static func request(_ periods: String, folder: String) throws -> (LoadRequest, PlanGraph) {
        let shop = try definition()
        let selected = try shop.pipeline.periods.map {
            try PeriodSelection.parse(periods, grain: $0.grain)
        }
        let request = LoadRequest(
            pipeline: shop.pipeline,
            definition: shop.bundle,
            folder: folder,
            periods: selected ?? [],
            requestedBy: "test"
        )
        return (request, try PlanGraph(shop.pipeline, periods: selected ?? []))
    }
}
