import ArgumentParser
import Console
import Inquiry
import Ledger
import Views

/// `longshore trace`: where a row came from.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show where a row came from: load, task, worker, input, definition.",
        discussion: """
            A fact's row is named by its grain, a dimension's by its business key: one value for \
            each column, in the order of the definition. Of a dimension with history every version \
            is shown. A mart is named by its period alone, or by nothing when it is computed whole.

            longshore trace callcenter.fact_call C-000123
            """
    )

    @Argument(help: "The table: `fact_call`, `callcenter.fact_call`.")
    var table: String

    @Argument(help: "The values of the grain or business key; of a mart, its period.")
    var key: [String] = []

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let rows = try await fleet.readingLedger { ledger in
            try await ledger.traces.trace(table, key: key, environment: fleet.sources)
        } whereNone: {
            throw InquiryError.unknownTable(table)
        }
        if output.json { return try output.printJSON(rows) }
        Output.print(TraceView(rows, of: table, key: key).text)
    }
}
