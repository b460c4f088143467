import ArgumentParser
import Console
import Ledger
import Views
import Words

/// `longshore exports show`: one effect and everything that is known of it.
struct ExportsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is delivered of one key, and everything that is known of it."
    )

    @Argument(help: "The pipeline's name.")
    var pipeline: String

    @Argument(help: "The export.")
    var export: String

    @Argument(help: "The key, as `exports list` shows it; none where all rows are one object.")
    var key = ""

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let found = try await options.fleet()
            .readingLedger { ledger -> (report: EffectReport, body: String)? in
                try await ledger.pipelines.require(pipeline)
                var filter = EffectFilter(pipeline: pipeline)
                (filter.export, filter.key) = (export, key)
                return try await ledger.effects.effect(filter)
            } whereNone: {
                throw LedgerError.unknownPipeline(pipeline, among: [])
            }
        guard let found else {
            throw EffectSelection.unknown(key, of: export, pipeline)
        }
        if output.json { return try output.printJSON(ShownEffect(found.report, found.body)) }
        Output.print(ShownEffect(found.report, found.body).lines.joined(separator: "\n"))
    }
}
