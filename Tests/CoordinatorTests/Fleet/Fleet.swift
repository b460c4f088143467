import Coordinator
import Logging
import Pipelines
import Planning
import TestSupport
import Worker

/// A fleet in virtual time: two coordinators and some workers over the twins, which die and are
/// started again at random moments, while the servers fail at random.
struct Fleet: Sendable {
    private let simulation: Simulation
    private let broker: InMemoryBroker
    private let warehouse: InMemoryWarehouse
    private let inFlight: InMemoryInFlightStore
    /// Whether anything goes wrong: only for some time, so that the load can end.
    private let chaos = Chaos()

    /// What a simulation left behind.
    struct Result: Sendable {
        var state: LoadState?
        var rows: [InMemoryWarehouse.TaskRow]
        var violations: [String]
        var messagesLeft: Int
        var leasesLeft: Int
        var deaths: Int
        var time: Duration
    }

    init(_ simulation: Simulation) {
        self.simulation = simulation
        let (clock, dice) = (simulation.clock, simulation.dice)
        broker = InMemoryBroker(clock: clock, dice: dice)
        warehouse = InMemoryWarehouse(clock: clock, dice: dice)
        inFlight = InMemoryInFlightStore(clock: clock)
    }

    /// Loads a random plan while everything fails, then lets the fleet come to rest.
    func run() async throws -> Result {
        let load = try await makeLoad()
        setFaults()
        return await withTaskGroup(of: Void.self) { group in
            for number in 0..<2 { group.addTask { await keepCoordinator(number) } }
            for number in 0..<3 { group.addTask { await keepWorker(number) } }
            group.addTask { await disturbServers() }
            try? await simulation.clock.sleep(for: .seconds(120))
            endFaults()
            await rest(load)
            group.cancelAll()
            await group.waitForAll()
            return Result(
                state: warehouse.loadState(load),
                rows: warehouse.rows(ofLoad: load),
                violations: warehouse.violations,
                messagesLeft: broker.messageCount,
                leasesLeft: inFlight.held.count,
                deaths: chaos.deaths,
                time: simulation.clock.now.offset
            )
        }
    }

    private func makeLoad() async throws -> Int64 {
        let dice = simulation.dice
        typealias Sample = SamplePipelines
        let names = (0..<dice.number(in: 1..<6)).map { "d\($0)" }
        let dimensions = names.indices.map { index in
            Sample.dimension(
                names[index],
                references: names[..<index].filter { _ in dice.happens(0.4) }
            )
        }
        let facts = (0..<dice.number(in: 1..<4))
            .map { index in
                Sample.fact("f\(index)", references: names.filter { _ in dice.happens(0.5) })
            }
        let marts = facts.map {
            Sample.mart("m_\($0.name)", reads: [$0.name], isPerPeriod: dice.happens(0.5))
        }
        let request = LoadRequest(
            pipeline: Sample.pipeline(dimensions: dimensions, facts: facts, marts: marts),
            definition: DefinitionBundle(files: [:]),
            folder: "/",
            periods: Sample.months(dice.number(in: 1..<40)),
            requestedBy: "simulation"
        )
        return try await LoadPlanner(ledger: InMemoryLedger(warehouse)).create(request).load
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
        broker.setFaults(messages)
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
        broker.setFaults(.init())
        warehouse.setFaults(.init())
        broker.setDown(false)
        warehouse.setDown(false)
        inFlight.setReachable(true)
    }

    /// Waits until the load is over and its messages are gone.
    private func rest(_ load: Int64) async {
        while warehouse.loadState(load) == .running || broker.messageCount > 0 {
            do { try await simulation.clock.sleep(for: .seconds(1)) } catch { return }
        }
    }

    /// Servers go away for a while, forget, or drop their connections.
    private func disturbServers() async {
        let dice = simulation.dice
        while chaos.isOn, await pause(upTo: 20) {
            guard chaos.isOn else { return }
            switch dice.number(in: 0..<6) {
            case 0: broker.dropConnections()
            case 1: broker.wipe()
            case 2: inFlight.erase()
            case 3: await outage { inFlight.setReachable(!$0) }
            case 4: await outage { broker.setDown($0) }
            default: await outage { warehouse.setDown($0) }
            }
        }
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

    private func keepCoordinator(_ number: Int) async {
        repeat {
            let process = chaos.start("coordinator \(number)", simulation)
            await process.run { await coordinate(process) }
        } while await pause(upTo: 5)
    }

    private func coordinate(_ process: FakeProcess) async {
        let hub = EventHub(InMemoryEventReceiver(broker, process: process))
        let service = CoordinatorService(
            settings: CoordinatorSettings(
                owner: process.name,
                window: simulation.dice.number(in: 1..<20)
            ),
            ports: CoordinatorPorts(
                ledger: InMemoryLedger(warehouse, process: process),
                publisher: InMemoryPublisher(broker, process: process),
                events: hub,
                inFlight: inFlight,
                clock: simulation.clock,
                jitter: { simulation.dice.fraction() }
            ),
            logger: .silent
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await hub.listen() }
            group.addTask { try? await service.run() }
        }
    }

    private func keepWorker(_ number: Int) async {
        repeat {
            let process = chaos.start("worker \(number)", simulation)
            await process.run { try? await worker(process).run() }
        } while await pause(upTo: 5)
    }

    private func worker(_ process: FakeProcess) -> Worker {
        let slots = simulation.dice.number(in: 1..<4)
        return Worker(
            WorkerSettings(
                name: process.name,
                slots: slots,
                policy: RetryPolicy(maximumAttempts: 1000, maximumCrashes: 1000)
            ),
            ports: WorkerPorts(
                receiver: InMemoryTaskReceiver(broker, slots: slots, process: process),
                publisher: InMemoryPublisher(broker, process: process),
                inFlight: InFlightStoreOfProcess(inFlight, process: process),
                makeLoader: { [warehouse] _ in InMemoryTaskLoader(warehouse, process: process) },
                observer: DeadlyObserver(process: process, chaos: chaos, dice: simulation.dice),
                clock: simulation.clock,
                jitter: { simulation.dice.fraction() }
            ),
            logger: .silent
        )
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
