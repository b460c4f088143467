import Foundation
import Planning
import Synchronization

/// A test hook, off unless `FAULT_AT=step:nth:action` is set: at the nth time that this process
/// reaches a step it
/// sends itself SIGKILL (`kill`), SIGSTOP (`stop`) or SIGTERM (`term`).
final class FaultInjector: StepObserver {
    private struct Fault {
        let step: Step
        let nth: Int
        let signal: Int32
    }

    private let fault: Fault?
    private let passes = Mutex(0)

    init(_ environment: [String: String]) {
        fault = environment["FAULT_AT"].flatMap(Self.parse)
    }

    func reached(_ step: Step) {
        guard let fault, fault.step == step else { return }
        let pass = passes.withLock { count in
            count += 1
            return count
        }
        if pass == fault.nth { kill(getpid(), fault.signal) }
    }

    private static func parse(_ text: String) -> Fault? {
        let parts = text.split(separator: ":").map(String.init)
        let signals = ["kill": SIGKILL, "stop": SIGSTOP, "term": SIGTERM]
        guard parts.count == 3, let step = Step(rawValue: parts[0]), let nth = Int(parts[1]),
            let signal = signals[parts[2]]
        else { return nil }
        return Fault(step: step, nth: nth, signal: signal)
    }
}
