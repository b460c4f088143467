import ArgumentParser
import Console
import Planning
import Warehouse

/// `longshore retry`: try again what failed or was cancelled.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try again what failed or was cancelled: of a load, or one load task.",
        discussion: """
            The tasks get a new budget of attempts, and what they had blocked is unblocked. The load \
            is running again: a `longshore coordinator` takes it up, or `longshore resume`. What waits \
            for its next attempt is tried at once. Of a pipeline it is the newest load.
            """
    )

    @OptionGroup var argument: ControlArgument

    @Flag(help: "Only what failed, not what was cancelled.")
    var failed = false

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let target = argument.target
        let change = try await ControlDesk.open(options) { desk in
            try await desk.give { try await $0.retry(target, failed ? .failed : .unfinished) }
        }
        guard !output.json else { return try output.printJSON(change) }
        guard change.isNew, let load = change.loads.first else {
            Output.print("nothing to try again: nothing of \(target.title) failed or was cancelled")
            return
        }
        if change.hastened > 0 {
            Output.print(
                "\(Wording.count(change.hastened, "task")) of load \(load) that waited for "
                    + "\(change.hastened == 1 ? "its" : "their") next attempt will be tried at once"
            )
        }
        guard change.tasks > 0 || change.hastened == 0 else { return }
        let unblocked =
            change.unblocked > 0
            ? ", and \(Wording.count(change.unblocked, "task")) that waited for them" : ""
        Output.print(
            """
            \(Wording.count(change.tasks, "task")) of load \(load) \(change.tasks == 1 ? "runs" : "run") again with a new budget of \
            attempts\(unblocked)
            a `longshore coordinator` takes the load up; or here: longshore resume \(load)\(Invocation.current.stack)
            """
        )
    }
}
