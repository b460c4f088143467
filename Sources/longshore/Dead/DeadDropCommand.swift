import ArgumentParser
import Console
import Messaging
import Words

/// `longshore dead drop`: take dead letters away for good.
struct DeadDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Take dead letters away for good; the ledger keeps what became of their tasks."
    )

    @OptionGroup var selection: DeadSelection
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let read = try await DeadDesk.open(options) { desk in
            try await desk.letters.read { selection.contains($0) }
        }
        let dropped = read.letters.filter(selection.contains)
        if output.json {
            try output.printJSON(dropped.map(\.name))
        } else {
            Output.print("\(counted(dropped.count, "letter")) dropped")
        }
        try selection.tellRest(behind: read, next: "say it again for the rest")
    }
}
