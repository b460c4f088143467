import ArgumentParser
import Console
import Ledger
import Planning
import Views
import Words

/// `longshore exports list`: how exports stand, and what is not delivered.
struct ExportsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List how exports stand, and what of them is not delivered, with the reasons."
    )

    @OptionGroup var selection: EffectSelection

    @Flag(help: "Also what is delivered or dropped.")
    var all = false

    @Option(help: "How many to show.", transform: atLeastOne)
    var limit = 50

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (standings, effects) = try await options.fleet()
            .readingLedger { ledger in
                let filter = try await selection.filter(
                    in: all ? [] : [.open, .dead],
                    among: ledger
                )
                let standings = try await ledger.effects.standings(ofPipeline: selection.pipeline)
                    .filter { selection.export == nil || $0.export == selection.export }
                return (standings, try await ledger.effects.reports(filter, limit: limit))
            } whereNone: {
                throw LedgerError.unknownPipeline(selection.pipeline, among: [])
            }
        if output.json { return try output.printJSON(effects) }
        let lines = ExportsView(standings, effects, isLimited: effects.count == limit).lines
        Output.print(lines.joined(separator: "\n"))
    }
}
