import Coordinator
import Logging
import Pipelines
import Planning
import Rows
import Schedules
import Synchronization
import TestSupport
import Worker

/// Three coordinators in virtual time that share a schedule of every minute; one of them is killed every 20 seconds,
/// and others freeze or do not reach the ledger.
final class ScheduledFleet: Sendable {
    private let simulation: Simulation
    private let broker: InMemoryBroker
    private let warehouse: InMemoryWarehouse
    private let inFlight: InMemoryInFlightStore
    /// Whether loads are created without asking the ledger whose firing it is: a bug that is planted.
    private let isUnasked: Bool
    private let living = Mutex<[Int: FakeProcess]>([:])

    /// How long the schedule is watched.
    private static let minutes = 15

    init(_ simulation: Simulation, isUnasked: Bool = false) {
        self.simulation = simulation
        self.isUnasked = isUnasked
        broker = InMemoryBroker(clock: simulation.clock, dice: simulation.dice)
        warehouse = InMemoryWarehouse(clock: simulation.clock, dice: simulation.dice)
        inFlight = InMemoryInFlightStore(clock: simulation.clock)
    }

    /// What is wrong after a quarter of an hour.
    func problems() async throws -> [String] {
        try put()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 { group.addTask { await self.keepCoordinator(number) } }
            group.addTask { try? await self.worker().run() }
            group.addTask { await self.disturb() }
            try await simulation.clock.sleep(for: .seconds(60 * Self.minutes))
            warehouse.setFaults(.init())
            try await rest()
            group.cancelAll()
            while (try? await group.next()) != nil {}
            return problems
        }
    }

    private func put() throws {
        let schedule = Schedule(
            cron: try CronExpression("* * * * *"),
            zone: "UTC",
            overlap: .queue,
            catchUp: .all
        )
        warehouse.put(
            schedule,
            of: SamplePipelines.pipeline().name,
            next: InMemorySchedules.epoch + 60
        )
        var faults = InMemoryWarehouse.Faults()
        faults.refusedCalls = simulation.dice.fraction() * 0.1
        warehouse.setFaults(faults)
    }

    /// Waits until all that was to be fired within the quarter of an hour is, and no firing is open.
    private func rest() async throws {
        while watched.count < Self.minutes
            || warehouse.firings.contains(where: { $0.state == .open })
        {
            try await simulation.clock.sleep(for: .seconds(1))
        }
    }

    private var watched: [InMemorySchedules.Firing] {
        let end = InMemorySchedules.epoch + 60 * Self.minutes
        return warehouse.firings.filter { $0.planned <= end }
    }

    private var problems: [String] {
        let planned = watched.map(\.planned).sorted()
        let expected = (1...Self.minutes).map { InMemorySchedules.epoch + 60 * $0 }
        let unloaded = watched.filter { $0.load == nil }.map { "firing \($0.id) is \($0.state)" }
        let firedLoads = warehouse.firings.compactMap(\.load).sorted()
        return unloaded
            + (planned == expected ? [] : ["fired at \(planned)"])
            + (firedLoads == warehouse.loads
                ? [] : ["\(warehouse.loads.count) loads of \(firedLoads.count) firings"])
    }

    // MARK: What goes wrong

    private func disturb() async {
        let dice = simulation.dice
        while (try? await simulation.clock.sleep(for: .seconds(20))) != nil {
            choose()?.die()
            guard let process = choose() else { continue }
            let time = Duration.seconds(dice.number(in: 1..<40))
            if dice.happens(0.5) {
                process.freeze()
                simulation.clock.schedule(after: time) { process.thaw() }
            } else {
                process.setReachable(.warehouse, false)
                simulation.clock.schedule(after: time) { process.setReachable(.warehouse, true) }
            }
        }
    }

    private func choose() -> FakeProcess? {
        let processes = living.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
            .filter { !$0.isDead }
        guard !processes.isEmpty else { return nil }
        return processes[simulation.dice.number(in: 0..<processes.count)]
    }

    // MARK: Processes

    private func keepCoordinator(_ number: Int) async {
        repeat {
            let process = FakeProcess("coordinator \(number)")
            living.withLock { $0[number] = process }
            await process.run { await self.coordinate(process) }
            let pause = Duration.milliseconds(simulation.dice.number(in: 0..<5000))
            try? await simulation.clock.sleep(for: pause)
        } while !Task.isCancelled
    }

    private func coordinate(_ process: FakeProcess) async {
        let hub = EventHub(InMemoryEventReceiver(broker, process: process))
        let ledger = InMemoryLedger(warehouse, process: process)
        let settings = CoordinatorSettings(owner: process.name)
        let coordinator = CoordinatorService(
            settings: settings,
            ports: CoordinatorPorts(
                ledger: ledger,
                publisher: InMemoryPublisher(broker, process: process),
                events: hub,
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                clock: simulation.clock,
                jitter: { [simulation] in simulation.dice.fraction() }
            ),
            logger: .silent
        )
        let schedules = ScheduleService(
            settings: settings,
            ledger: ledger,
            loads: SlowLoads(simulation: simulation, ledger: ledger, isUnasked: isUnasked),
            clock: simulation.clock,
            logger: .silent
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await hub.listen() }
            group.addTask { try? await coordinator.run() }
            group.addTask { await schedules.keepFiring() }
        }
    }

    private func worker() -> Worker {
        let process = FakeProcess("worker")
        return Worker(
            WorkerSettings(
                name: process.name,
                slots: 2,
                policy: RetryPolicy(maximumAttempts: 1000, maximumCrashes: 1000)
            ),
            ports: WorkerPorts(
                receiver: InMemoryTaskReceiver(broker, slots: 2, process: process),
                publisher: InMemoryPublisher(broker, process: process),
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                interventions: InMemoryLedger(warehouse, process: process),
                makeLoader: { [warehouse] _ in InMemoryTaskLoader(warehouse, process: process) },
                clock: simulation.clock,
                jitter: { [simulation] in simulation.dice.fraction() }
            ),
            logger: .silent
        )
    }
}

/// The loads of a schedule, found after some seconds in which a process may die.
private struct SlowLoads: ScheduledLoads {
    let simulation: Simulation
    let ledger: InMemoryLedger
    let isUnasked: Bool

    func request(for firing: OpenFiring) async throws -> ScheduledRequest {
        let time = simulation.dice.number(in: 0..<8000)
        try await simulation.clock.sleep(for: .milliseconds(time))
        return ScheduledRequest(
            request: LoadRequest(
                pipeline: SamplePipelines.pipeline(dimensions: [SamplePipelines.dimension("d")]),
                definition: DefinitionBundle(files: [:]),
                folder: "/",
                periods: [],
                requestedBy: "schedule"
            )
        )
    }

    func creator(for lease: FiringLease, awaited: String?) -> any LoadCreator {
        isUnasked
            ? UnaskedCreator(ledger: ledger, lease: lease)
            : ledger.creator(for: lease, awaited: awaited)
    }

    func clock(of schedule: Schedule) -> ScheduleClock { ScheduleClock(schedule, in: .utc) }

    func mayPass(_ error: any Error) -> Bool { error is TwinError }
}

/// Creates a load, whoever has the firing now, and ends the firing afterwards.
private struct UnaskedCreator: LoadCreator {
    let ledger: InMemoryLedger
    let lease: FiringLease

    func create(_ request: LoadRequest, tasks: LoadTasks) async throws -> Int64 {
        let load = try await ledger.create(request, tasks: tasks)
        _ = try await ledger.end(lease, as: .skipped(load))
        return load
    }
}
