import ArgumentParser
import Console
import Messaging

/// `longshore dead list`: a line for each dead letter.
struct DeadListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what was set aside, with the ledger's word on each task."
    )

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let entries = try await DeadDesk.open(options) { try await $0.entries($0.swept()) }
        guard !output.json else { return try output.printJSON(entries) }
        guard !entries.isEmpty else {
            Output.print("No dead letter.")
            return
        }
        var table = TextTable([
            ("letter", .left), ("pipeline", .left), ("table", .left), ("state", .left),
            ("reason", .left),
        ])
        for entry in entries {
            table.add([
                entry.letter, entry.pipeline ?? "", entry.table ?? "", entry.state ?? "garbage",
                Self.short(entry.failure ?? "\(entry.reason) [\(entry.code)]"),
            ])
        }
        Output.print(table.lines.joined(separator: "\n"))
        let options = Invocation.current.stack
        Output.print(
            "\nnext: longshore dead show LETTER\(options), dead replay LETTER\(options), "
                + "dead drop LETTER\(options)"
        )
    }

    /// The beginning of a reason, so that a letter is a line; `dead show` has all of it.
    private static func short(_ reason: String) -> String {
        let line = reason.prefix { !$0.isNewline }.prefix(120)
        return line.count < reason.count ? line + "…" : reason
    }
}
