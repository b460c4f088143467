public import Console
public import Ledger
public import Planning
import Words

/// What an order of a person has changed, and how it is taken back.
public struct ControlView {
    private let target: InterventionTarget
    private let change: OrderChange
    private let invocation: Invocation

    /// A change, with commands as they were called.
    public init(_ target: InterventionTarget, _ change: OrderChange, _ invocation: Invocation) {
        self.target = target
        self.change = change
        self.invocation = invocation
    }

    /// After a pause, which cancels running attempts when it is to be `now`.
    public func paused(now: Bool) -> [String] {
        let resume = "go on with: \(invocation.command("resume \(target)"))"
        guard change.isNew else { return ["\(target.title) is paused already; \(resume)"] }
        guard change.running > 0 else { return ["\(target.title) is paused", resume] }
        let tasks = counted(change.running, "running task")
        let rest = now ? "\(tasks) cancelled, to be made again" : "\(tasks) will finish"
        return ["\(target.title) is paused; \(rest)", resume]
    }

    /// After a cancellation, when so many attempts have not given up in time.
    public func cancelled(stillRunning: Int) -> [String] {
        guard change.isNew else {
            return ["nothing to cancel: \(change.note ?? "nothing of \(target.title) is running")"]
        }
        var lines = ["\(target.title) is cancelled; what is committed stays"]
        if stillRunning > 0 {
            let tasks = counted(stillRunning, "attempt")
            lines.append(
                "\(tasks) did not give up within 10 seconds; the worker ends when it never does"
            )
        }
        let whole = change.loads.map { "\($0)" }
        let names = if case .task = target { ["\(target)"] } else { whole }
        return lines + names.map { "take it back with: \(invocation.command("retry \($0)"))" }
    }

    /// After what failed or was cancelled is to be tried again.
    public var retried: [String] {
        guard change.isNew, let load = change.loads.first else {
            return ["nothing to try again: nothing of \(target.title) failed or was cancelled"]
        }
        var lines: [String] = []
        if change.hastened > 0 {
            lines.append(
                "\(counted(change.hastened, "task")) of load \(load) that waited for "
                    + "\(change.hastened == 1 ? "its" : "their") next attempt will be tried at once"
            )
        }
        guard change.tasks > 0 || change.hastened == 0 else { return lines }
        let unblocked =
            change.unblocked > 0
            ? ", and \(counted(change.unblocked, "task")) that waited for them" : ""
        let run = change.tasks == 1 ? "runs" : "run"
        return lines + [
            "\(counted(change.tasks, "task")) of load \(load) \(run) again with a new budget of "
                + "attempts\(unblocked)",
            "a `longshore coordinator` takes the load up; or here: "
                + invocation.command("resume \(load)"),
        ]
    }
}
