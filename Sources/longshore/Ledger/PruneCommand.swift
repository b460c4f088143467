import ArgumentParser
import Console
import Ledger
import Words

/// `longshore prune`: forget loads that ended long ago.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract:
            "Delete from the ledger what ended long ago: loads with their tasks, settled rejects.",
        discussion: """
            What is needed stays: loads that a period was loaded or made stale by, that have open or waived \
            rejects, or that have computed a row of an export, and the newest load of each pipeline. Tables are \
            not touched; `longshore trace` tells less of rows whose load is forgotten.

            Nobody waits for it, and it may be stopped at any time. `longshore coordinator --keep DAYS` does the \
            same every hour.
            """
    )

    @Option(
        help: ArgumentHelp("What ended more than so many days ago.", valueName: "days"),
        transform: dayCount
    )
    var olderThan: Int

    @Flag(help: "Tell what would be deleted, and delete nothing.")
    var dryRun = false

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let forgotten =
            dryRun
            ? try await fleet.readingLedger {
                try await $0.retention.old(olderThanDays: olderThan)
            } whereNone: {
                RetentionDesk.Forgotten()
            }
            : try await fleet.withLedger {
                try await $0.retention.forget(olderThanDays: olderThan)
            }
        guard !output.json else { return try output.printJSON(forgotten) }
        let loads = counted(forgotten.loads, "load")
        let tasks = counted(forgotten.tasks, "task")
        let rejects = counted(forgotten.rejects, "reject")
        Output.print(
            "\(loads) with \(tasks), and \(rejects) \(dryRun ? "would be deleted" : "deleted")"
        )
    }
}
