import ArgumentParser
import Console
import Ledger
import Planning

/// `longshore cancel`: end a load or a task.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a load, a load task, or the running loads of a pipeline.",
        discussion: """
            Attempts that run are cancelled within two seconds and rolled back; what is committed \
            stays. `longshore retry` takes it back.
            """
    )

    @OptionGroup var argument: ControlArgument

    @Option(help: "Why; `longshore why` tells it.")
    var reason: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let target = argument.target
        let (change, stillRunning) = try await ControlDesk.open(options) { desk in
            let change = try await desk.give { ledger in
                try await ledger.cancel(target, reason: reason, by: Requester.name)
            }
            return (change, try await desk.settleCancelled(target, change))
        }
        guard !output.json else { return try output.printJSON(change) }
        let lines = ControlView(target, change, .current).cancelled(stillRunning: stillRunning)
        Output.print(lines.joined(separator: "\n"))
    }
}
