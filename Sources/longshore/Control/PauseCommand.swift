import ArgumentParser
import Console
import Ledger
import Planning

/// `longshore pause`: hold a load, a task or a pipeline up.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Hold up a load, a load task, or every load of a pipeline.",
        discussion: """
            Nothing of it begins until `longshore resume`; what runs finishes, or with --now is \
            cancelled and made again later. No attempt is counted.

            longshore pause callcenter --reason "the source is being moved"
            """
    )

    @OptionGroup var argument: ControlArgument

    @Flag(help: "Cancel attempts that run, too.")
    var now = false

    @Option(help: "Why; `longshore why` tells it.")
    var reason: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let target = argument.target
        let change = try await ControlDesk.open(options) { desk in
            try await desk.give { ledger in
                try await ledger.pause(
                    target,
                    interrupts: now,
                    reason: reason,
                    by: Requester.name
                )
            }
        }
        guard !output.json else { return try output.printJSON(change) }
        let lines = ControlView(target, change, .current).paused(now: now)
        Output.print(lines.joined(separator: "\n"))
    }
}
