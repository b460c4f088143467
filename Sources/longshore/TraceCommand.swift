import ArgumentParser
import Console
import Warehouse
import Words

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
        let rows = try await fleet.withLedger { ledger in
            try await ledger.trace(table, key: key, environment: fleet.sources)
        }
        if output.json { return try output.printJSON(rows) }
        let words = ([table] + [key.map { "`\($0)`" }.joined(separator: ", ")])
            .filter { !$0.isEmpty }.joined(separator: " ")
        let isMart = rows.allSatisfy(\.columns.isEmpty)
        Output.print(isMart ? words : "\(words): \(Wording.count(rows.count, "row"))")
        for row in rows { Output.print(([""] + lines(row)).joined(separator: "\n")) }
    }

    private func lines(_ row: TracedRow) -> [String] {
        let values = row.columns.map { ($0.name, $0.value ?? "") }
        let reads = row.reads.map { read in
            ("reads", read.table + (read.load.map { ", written last by load \($0)" } ?? ""))
        }
        return Self.aligned(values) + ["  came from"]
            + Self.aligned(origin(row) + reads).map { "  " + $0 }
    }

    private func origin(_ row: TracedRow) -> [(String, String)] {
        guard let load = row.load else { return [("nobody", "the unknown member is always there")] }
        guard let origin = row.origin else {
            let reason =
                row.isInferred
                ? "a fact of load \(load) named it before the dimension did"
                : "load \(load), whose task is no longer in the ledger"
            return [(row.isInferred ? "inferred" : "load", reason)]
        }
        let period = origin.period.isEmpty ? "" : " (\(origin.period))"
        return [
            ("load", "\(load) of \(origin.pipeline), asked for by \(origin.requestedBy)"),
            ("task", origin.task + period + ", attempt \(origin.attempt)"),
            ("committed", "\(Wording.time(origin.committedAt)) UTC by \(origin.worker ?? "")"),
        ] + (origin.input.map { [("input", $0)] } ?? []) + places(origin)
            + [("definition", origin.definition)]
            + (row.writtenBy.map { [("ended by", "load \($0), which wrote the row last")] } ?? [])
    }

    private func places(_ origin: TracedRow.Origin) -> [(String, String)] {
        if let reason = origin.placesUnknown { return [("line", "not known: \(reason)")] }
        return (origin.places ?? []).map { ("line", "\($0.line) of \($0.input)") }
    }

    private static func aligned(_ pairs: [(String, String)]) -> [String] {
        let width = pairs.map(\.0.count).max() ?? 0
        return pairs.map { name, text in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(VisibleText.line(text))"
        }
    }
}
