import Synchronization
import TestSupport

/// How processes die in a simulation, for as long as it is on.
final class Chaos: Sendable {
    private struct State {
        var isOn = false
        var stepDeaths = 0.0
        var meanLife = 60
        var started = 0
        var deaths = 0
    }

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
    var deaths: Int { state.withLock { $0.deaths } }

    /// A new process, with its death ahead.
    func start(_ name: String, _ simulation: Simulation) -> FakeProcess {
        let (number, life) = state.withLock { state in
            state.started += 1
            return (state.started, state.meanLife * 2000)
        }
        let process = FakeProcess("\(name), start \(number)")
        process.onDeath { [self] in state.withLock { $0.deaths += 1 } }
        simulation.clock.schedule(
            after: .milliseconds(simulation.dice.number(in: 0..<life))
        ) { [self] in
            if isOn { process.die() }
        }
        return process
    }
}
