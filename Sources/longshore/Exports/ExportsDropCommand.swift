import ArgumentParser
import Console
import Ledger
import Planning
import Words

/// `longshore exports drop`: what is not delivered shall not be.
struct ExportsDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Say of what is not delivered that it shall not be, until its rows change."
    )

    @OptionGroup var selection: EffectSelection

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if selection.export == nil {
            throw ValidationError("say which export: its name behind the pipeline's")
        }
    }

    func run() async throws {
        let dropped = try await options.fleet()
            .withLedger { ledger in
                let filter = try await selection.filter(
                    in: [.open, .dead],
                    among: ledger
                )
                return try await ledger.effects.drop(filter, by: Requester.name)
            }
        if output.json { return try output.printJSON(["effects": dropped]) }
        Output.print("\(counted(dropped, "effect")) dropped")
    }
}
