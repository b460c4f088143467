import ArgumentParser
import Console
import Ledger
import Planning
import Views

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

    @OptionGroup var order: OrderOptions

    func run() async throws {
        let target = argument.target
        let (change, stillRunning) = try await ControlDesk.open(order.options) { desk in
            let change = try await desk.give { orders in
                try await orders.cancel(target, reason: order.reason, by: Requester.name)
            }
            return (change, try await desk.settleCancelled(target, change))
        }
        guard !order.output.json else { return try order.output.printJSON(change) }
        let lines = ControlView(target, change, .current).cancelled(stillRunning: stillRunning)
        Output.print(lines.joined(separator: "\n"))
    }
}
