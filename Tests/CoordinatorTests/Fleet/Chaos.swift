import Planning
import Synchronization
import TestSupport

/// How processes die, freeze and lose their way to servers in a simulation, for as long as it is on.
final class Chaos: Sendable {
    private struct State {
        var isOn = false
        var stepDeaths = 0.0
        var meanLife = 60
        var started = 0
        var deaths = 0
        var disturbances = 0
        var orders = 0
        var crashes = 0
        var living: [Int: FakeProcess] = [:]
    }

    /// After this time without a sign of life a server gives a process up: two heartbeats.
    private static let patience = Duration.seconds(40)

    private let state = Mutex(State())

    /// Begins: a worker dies at a step with the probability `stepDeaths`, and any process after a
    /// time of `meanLife` seconds on average.
    func begin(stepDeaths: Double, meanLife: Int) {
        state.withLock { state in
            state.isOn = true
            state.stepDeaths = stepDeaths
            state.meanLife = meanLife
        }
    }

    func end() { state.withLock { $0.isOn = false } }

    var isOn: Bool { state.withLock { $0.isOn } }
    var stepDeaths: Double { state.withLock { $0.isOn ? $0.stepDeaths : 0 } }
    /// How many processes died.
    var deaths: Int { state.withLock { $0.deaths } }
    /// How many orders people gave.
    var orders: Int { state.withLock { $0.orders } }
    /// How often the warehouse crashed.
    var crashes: Int { state.withLock { $0.crashes } }

    func noteCrash() { state.withLock { $0.crashes += 1 } }

    /// How many processes froze or were cut off.
    var disturbances: Int { state.withLock { $0.disturbances } }

    /// A new process, with its death ahead.
    func start(_ name: String, _ simulation: Simulation) -> FakeProcess {
        let (number, life) = state.withLock { state in
            state.started += 1
            return (state.started, state.meanLife * 2000)
        }
        let process = FakeProcess("\(name), start \(number)")
        state.withLock { $0.living[number] = process }
        process.onDeath { [self] in
            state.withLock { state in
                state.deaths += 1
                state.living[number] = nil
            }
        }
        simulation.clock.schedule(
            after: .milliseconds(simulation.dice.number(in: 0..<life))
        ) { [self] in
            if isOn { process.die() }
        }
        return process
    }

    /// A person orders something about a load or one of its tasks.
    func order(about load: Int64, _ warehouse: InMemoryWarehouse, _ simulation: Simulation) {
        let dice = simulation.dice
        let count = warehouse.rows(ofLoad: load).count
        guard count > 0 else { return }
        let task = LoadTaskID(load: load, ordinal: dice.number(in: 0..<count))
        let pause: Interventions.Pause = dice.happens(0.5) ? .now : .afterRunning
        state.withLock { $0.orders += 1 }
        switch dice.number(in: 0..<6) {
        case 0: warehouse.pause(load, pause)
        case 1: warehouse.pause(load, task: task.ordinal, pause)
        case 2: warehouse.resume(load)
        case 3: warehouse.cancel(load)
        case 4: warehouse.cancel(task)
        default: warehouse.retry(load)
        }
    }

    /// Stops some process for up to two minutes; the broker gives it up when that is too long.
    func freezeOne(_ simulation: Simulation) {
        guard let process = choose(simulation) else { return }
        let time = Duration.seconds(simulation.dice.number(in: 1..<120))
        process.freeze()
        if time > Self.patience {
            simulation.clock.schedule(after: Self.patience) {
                process.setReachable(.broker, false)
            }
        }
        simulation.clock.schedule(after: time) {
            process.setReachable(.broker, true)
            process.thaw()
        }
    }

    /// Cuts some process off from a server for up to a minute.
    func cutOne(_ simulation: Simulation) {
        guard let process = choose(simulation) else { return }
        let servers = FakeProcess.Server.allCases
        let server = servers[simulation.dice.number(in: 0..<servers.count)]
        process.setReachable(server, false)
        simulation.clock.schedule(after: .seconds(simulation.dice.number(in: 1..<60))) {
            process.setReachable(server, true)
        }
    }

    private func choose(_ simulation: Simulation) -> FakeProcess? {
        state.withLock { state in
            let living = state.living.sorted { $0.key < $1.key }
            guard !living.isEmpty else { return nil }
            state.disturbances += 1
            return living[simulation.dice.number(in: 0..<living.count)].value
        }
    }
}
