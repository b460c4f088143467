import ArgumentParser
import Console
import Ledger
import Planning
import Views

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

    @OptionGroup var order: OrderOptions

    func run() async throws {
        let target = argument.target
        let change = try await ControlDesk.open(order.options) { desk in
            try await desk.give { orders in
                try await orders.pause(
                    target,
                    interrupts: now,
                    reason: order.reason,
                    by: Requester.name
                )
            }
        }
        guard !order.output.json else { return try order.output.printJSON(change) }
        let lines = ControlView(target, change, .current).paused(now: now)
        Output.print(lines.joined(separator: "\n"))
    }
}
