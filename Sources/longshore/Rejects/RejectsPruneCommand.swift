import ArgumentParser
import Console
import Ledger
import Words

/// `longshore rejects prune`: forget rejects that nobody needs any more.
struct RejectsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete rejects that a later load superseded or a replay fixed, long ago.",
        discussion: "Open and waived rejects are never deleted."
    )

    @Option(
        help: ArgumentHelp(
            "Only those that were refused more than so many days ago.",
            valueName: "days"
        ),
        transform: dayCount
    )
    var olderThan: Int

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let count = try await options.fleet()
            .withLedger { try await $0.rejects.prune(olderThanDays: olderThan) }
        if output.json {
            try output.printJSON(["pruned": count])
        } else {
            Output.print("\(counted(count, "reject")) deleted")
        }
    }
}
