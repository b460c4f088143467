import Coordinator
import Logging
import Pipelines
import Planning
import TestSupport
import Worker

/// A fleet in virtual time: two coordinators and some workers over the twins, which die, freeze and are
/// cut off at random moments, while the servers fail at random; sometimes beside another fleet that shares
/// the warehouse.
struct Fleet: Sendable {
    private let simulation: Simulation
    private let broker: InMemoryBroker
    /// The queues of the other fleet, on the same broker under other names.
    private let otherQueues: InMemoryBroker
    private let warehouse: InMemoryWarehouse
    private let inFlight: InMemoryInFlightStore
    /// Whether anything goes wrong: only for some time, so that the load can end.
    private let chaos = Chaos()

    private let mutant: Mutant?

    init(_ simulation: Simulation, mutant: Mutant? = nil) {
        self.simulation = simulation
        self.mutant = mutant
        let (clock, dice) = (simulation.clock, simulation.dice)
        broker = InMemoryBroker(clock: clock, dice: dice)
        otherQueues = InMemoryBroker(clock: clock, dice: dice)
        warehouse = InMemoryWarehouse(clock: clock, dice: dice)
        inFlight = InMemoryInFlightStore(clock: clock)
        if mutant == .hasNoFence { warehouse.removeFence() }
        if mutant == .ignoresRetryTime { warehouse.ignoreRetryTimes() }
        if mutant == .mixesFleets { warehouse.mixFleets() }
        for queues in [broker, otherQueues] {
            queues.findDropped { [warehouse] message in
                // A task that waits is still to be published, be it because somebody wants it again.
                // One whose end was lost in a crash was settled, when its worker acknowledged it.
                warehouse.hasLostEnd(of: message.task)
                    || warehouse.row(message.task).map { $0.state != .published } ?? true
            }
        }
    }

    /// Loads a random plan, sometimes twice, while everything fails; then lets the fleet come to rest.
    func run() async throws -> FleetResult {
        let request = makeRequest()
        let planner = LoadPlanner(creator: InMemoryLedger(warehouse))
        var loads = [try await planner.create(request).load]
        setFaults()
        let others = try await startOther()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2 { group.addTask { await keepCoordinator(number) } }
            for number in 0..<3 { group.addTask { await keepWorker(number) } }
            group.addTask { await disturb() }
            if !others.isEmpty {
                group.addTask { await keepCoordinator(2, of: Self.other) }
                group.addTask { await keepWorker(4, of: Self.other) }
            }
            if simulation.dice.happens(0.3) {
                _ = await pause(upTo: 100)
                // A person wants some of the periods again; the warehouse may be down just now.
                if let again = try? await planner.create(part(of: request)) {
                    loads.append(again.load)
                }
            }
            try await simulation.clock.sleep(for: .seconds(120) - simulation.clock.now.offset)
            endFaults()
            try await rest(loads + others)
            group.cancelAll()
            while (try? await group.next()) != nil {}
            try await takeLeftovers()
            return FleetResult(
                loads: loads.map(result),
                others: others.map(result),
                violations: warehouse.violations + loads.flatMap(warehouse.outdated)
                    + (broker.dropped + otherQueues.dropped)
                    .map { "the message of \($0.task) was dropped" },
                messagesLeft: broker.messageCount + otherQueues.messageCount,
                leasesLeft: inFlight.held.count,
                deaths: chaos.deaths,
                disturbances: chaos.disturbances,
                orders: chaos.orders,
                crashes: chaos.crashes,
                time: simulation.clock.now.offset,
                concurrency: request.pipeline.concurrency
            )
        }
    }

    private func result(of load: Int64) -> FleetResult.Load {
        .init(state: warehouse.loadState(load), rows: warehouse.rows(ofLoad: load))
    }

    private static let own = "longshore"
    private static let other = "other"

    private func queues(of fleet: String) -> InMemoryBroker {
        fleet == Self.own ? broker : otherQueues
    }

    /// Sometimes a load of another fleet, of tables of its own.
    private func startOther() async throws -> [Int64] {
        guard mutant == .mixesFleets || simulation.dice.happens(0.3) else { return [] }
        let planner = LoadPlanner(creator: InMemoryLedger(warehouse, fleet: Self.other))
        // The warehouse may be away just now.
        return (try? await planner.create(makeRequest(tables: "o_"))).map { [$0.load] } ?? []
    }

    private func makeRequest(tables prefix: String = "") -> LoadRequest {
        let dice = simulation.dice
        typealias Sample = SamplePipelines
        let names = (0..<dice.number(in: 1..<6)).map { "\(prefix)d\($0)" }
        let dimensions = names.indices.map { index in
            Sample.dimension(
                names[index],
                references: names[..<index].filter { _ in dice.happens(0.4) }
            )
        }
        let facts = (0..<dice.number(in: 1..<4))
            .map { index in
                Sample.fact(
                    "\(prefix)f\(index)",
                    references: names.filter { _ in dice.happens(0.5) }
                )
            }
        let marts = facts.map {
            Sample.mart("m_\($0.name)", reads: [$0.name], isPerPeriod: dice.happens(0.5))
        }
        // Most bugs show in small loads, and small loads are quick.
        let most = dice.happens(0.2) ? 40 : 8
        var pipeline = Sample.pipeline(dimensions: dimensions, facts: facts, marts: marts)
        pipeline.concurrency = dice.happens(0.3) ? dice.number(in: 1..<4) : nil
        return LoadRequest(
            pipeline: pipeline,
            definition: DefinitionBundle(files: [:]),
            folder: "/",
            periods: Sample.months(dice.number(in: 1..<most)),
            requestedBy: "simulation"
        )
    }

    private func part(of request: LoadRequest) -> LoadRequest {
        var part = request
        part.periods = Array(request.periods.prefix((request.periods.count + 1) / 2))
        return part
    }

    private func setFaults() {
        let dice = simulation.dice
        let level = { (most: Double) in dice.happens(0.5) ? dice.fraction() * most : 0 }
        var messages = InMemoryBroker.Faults()
        messages.refusedPublishes = level(0.3)
        messages.lostConfirms = level(0.05)
        messages.lostMessages = level(0.1)
        messages.doubledMessages = level(0.3)
        messages.lostEvents = level(1)
        messages.doubledEvents = level(0.5)
        messages.shufflesQueues = dice.happens(0.5)
        for queues in [broker, otherQueues] { queues.setFaults(messages) }
        var ledger = InMemoryWarehouse.Faults()
        ledger.refusedCalls = level(0.2)
        ledger.failedAttempts = level(0.2)
        ledger.lostCommitReplies = level(0.2)
        warehouse.setFaults(ledger)
        let stepTime = dice.number(in: 10..<3000)
        warehouse.setBehaviour { _, _ in .init(stepTime: .milliseconds(stepTime)) }
        chaos.begin(stepDeaths: level(0.03), meanLife: dice.number(in: 5..<60))
    }

    private func endFaults() {
        chaos.end()
        for queues in [broker, otherQueues] {
            queues.setFaults(.init())
            queues.setDown(false)
        }
        warehouse.setFaults(.init())
        warehouse.setDown(false)
        inFlight.setReachable(true)
    }

    /// Waits until the loads are over, their messages are gone, and the leases of the dead expired.
    private func rest(_ loads: [Int64]) async throws {
        while loads.contains(where: isUnfinished)
            || broker.messageCount + otherQueues.messageCount > 0 || !inFlight.held.isEmpty
        {
            try await simulation.clock.sleep(for: .seconds(1))
        }
    }

    /// What the last workers have given back, of deliveries that the broker no longer knew, is for the
    /// next one.
    private func takeLeftovers() async throws {
        for fleet in [Self.own, Self.other] where queues(of: fleet).messageCount > 0 {
            try await takeLeftovers(of: fleet)
        }
    }

    private func takeLeftovers(of fleet: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keepWorker(3, of: fleet) }
            while queues(of: fleet).messageCount > 0 {
                try await simulation.clock.sleep(for: .seconds(1))
            }
            group.cancelAll()
        }
    }

    /// Whether a load is still to be loaded; what people held up or cancelled they want after all.
    private func isUnfinished(_ load: Int64) -> Bool {
        warehouse.resume(load)
        switch warehouse.loadState(load) {
        case .running: return true
        case .cancelled:
            warehouse.retry(load)
            return true
        default: return false
        }
    }

    /// Servers go away for a while, forget, or lie; processes freeze or are cut off.
    private func disturb() async {
        let dice = simulation.dice
        while chaos.isOn, await pause(upTo: 20) {
            guard chaos.isOn else { return }
            switch dice.number(in: 0..<12) {
            case 0: for queues in [broker, otherQueues] { queues.dropConnections() }
            case 1: for queues in [broker, otherQueues] { queues.wipe() }
            case 2: inFlight.erase()
            case 3: await outage { inFlight.setReachable(!$0) }
            case 4: await outage { for queues in [broker, otherQueues] { queues.setDown($0) } }
            case 5: await outage { warehouse.setDown($0) }
            case 6: chaos.freezeOne(simulation)
            case 7: chaos.cutOne(simulation)
            case 8, 9:
                chaos.order(about: Int64(dice.number(in: 1..<3)), warehouse, simulation)
                await inFlight.signalOrder()
            case 10: await crash()
            default: await markWrongly()
            }
        }
    }

    /// Postgres crashes and has not yet written the last commits, up to two thirds of a second of them.
    private func crash() async {
        let disk = warehouse.disk
        let window = Duration.milliseconds(simulation.dice.number(in: 0..<600))
        guard (try? await simulation.clock.sleep(for: window)) != nil else { return }
        warehouse.crash(to: disk)
        chaos.noteCrash()
        await outage { warehouse.setDown($0) }
    }

    /// Redis says of a task that it is done, from an old snapshot or another fleet.
    private func markWrongly() async {
        let count = warehouse.rows(ofLoad: 1).count
        let task = LoadTaskID(load: 1, ordinal: simulation.dice.number(in: 0..<count))
        await inFlight.release(task, owner: "nobody", isDone: true)
    }

    private func outage(_ setDown: (Bool) -> Void) async {
        setDown(true)
        _ = await pause(upTo: 10)
        setDown(false)
    }

    private func pause(upTo seconds: Int) async -> Bool {
        let pause = Duration.milliseconds(simulation.dice.number(in: 0..<seconds * 1000))
        do {
            try await simulation.clock.sleep(for: pause)
            return true
        } catch {
            return false
        }
    }

    // MARK: Processes that are started again whenever they die

    private func keepCoordinator(_ number: Int, of fleet: String = Self.own) async {
        repeat {
            let process = chaos.start("coordinator \(number)", simulation)
            await process.run { await coordinate(process, of: fleet) }
        } while await pause(upTo: 5)
    }

    private func coordinate(_ process: FakeProcess, of fleet: String) async {
        let broker = queues(of: fleet)
        let hub = EventHub(InMemoryEventReceiver(broker, process: process))
        let service = CoordinatorService(
            settings: CoordinatorSettings(
                owner: process.name,
                window: simulation.dice.number(in: 1..<20),
                // Loads that are paused leave their places to the others.
                rest: RestRule()
            ),
            ports: CoordinatorPorts(
                ledger: InMemoryLedger(warehouse, process: process, fleet: fleet),
                publisher: InMemoryPublisher(broker, process: process),
                events: hub,
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                clock: simulation.clock,
                jitter: { simulation.dice.fraction() }
            ),
            limit: simulation.dice.number(in: 1..<4),
            logger: .silent
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await hub.listen() }
            group.addTask { try? await service.run() }
        }
    }

    private func keepWorker(_ number: Int, of fleet: String = Self.own) async {
        repeat {
            let process = chaos.start("worker \(number)", simulation)
            await process.run { try? await worker(process, of: fleet).run() }
        } while await pause(upTo: 5)
    }

    private func worker(_ process: FakeProcess, of fleet: String) -> Worker {
        let slots = simulation.dice.number(in: 1..<4)
        return Worker(
            WorkerSettings(
                name: process.name,
                slots: slots,
                policy: RetryPolicy(maximumAttempts: 1000, maximumCrashes: 1000),
                // Nothing depends on how often somebody hears how far a task is.
                progress: .seconds(5),
                orders: .seconds(2)
            ),
            ports: WorkerPorts(
                receiver: receiver(process, slots: slots, of: fleet),
                publisher: InMemoryPublisher(queues(of: fleet), process: process),
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                interventions: InMemoryLedger(warehouse, process: process),
                makeLoader: { _ in loader(process, of: fleet) },
                observer: DeadlyObserver(process: process, chaos: chaos, dice: simulation.dice),
                clock: simulation.clock,
                jitter: { simulation.dice.fraction() }
            ),
            logger: .silent
        )
    }

    private func receiver(
        _ process: FakeProcess,
        slots: Int,
        of fleet: String
    ) -> any TaskReceiver {
        let receiver = InMemoryTaskReceiver(queues(of: fleet), slots: slots, process: process)
        return mutant == .acknowledgesBeforeCommit ? HastyReceiver(receiver: receiver) : receiver
    }

    private func loader(_ process: FakeProcess, of fleet: String) -> any TaskLoader {
        let loader = InMemoryTaskLoader(warehouse, process: process, fleet: fleet)
        guard mutant == .trustsCache else { return loader }
        return CredulousLoader(loader: loader, cache: inFlight)
    }
}

/// Kills its process at some step or other.
private struct DeadlyObserver: StepObserver {
    let process: FakeProcess
    let chaos: Chaos
    let dice: Dice

    func reached(_ step: Step) {
        if dice.happens(chaos.stepDeaths) { process.die() }
    }
}
