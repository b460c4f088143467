import ArgumentParser
import Console
import Ledger
import Planning
import Views

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
        let lines = ControlView(target, change, .current).retried
        Output.print(lines.joined(separator: "\n"))
    }
}
