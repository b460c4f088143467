import ArgumentParser
import Console
import Foundation
import Messaging
import Words

/// `longshore dead show`: all that is known of some dead letters.
struct DeadShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a dead letter, and what to do."
    )

    @OptionGroup var selection: DeadSelection
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (letters, entries) = try await DeadDesk.open(options) { desk in
            let letters = try await desk.swept()
            return (letters, try await desk.entries(letters.filter(selection.contains)))
        }
        if output.json {
            try output.printJSON(entries)
        } else if letters.isEmpty, selection.all {
            Output.print("No dead letter.")
        } else if !entries.isEmpty {
            Output.print(
                entries.map { Self.lines($0).joined(separator: "\n") }.joined(separator: "\n\n")
            )
        }
        try selection.refuseOthers(than: letters)
    }

    private static func lines(_ entry: DeadEntry) -> [String] {
        let fields: [(String, String?)] = [
            ("letter", entry.letter), ("set aside", "\(entry.reason) [\(entry.code)]"),
            ("came from", entry.queue), ("size", Wording.count(entry.bytes, "byte")),
            ("pipeline", entry.pipeline), ("table", entry.table), ("state", entry.state),
            ("last failure", entry.failure), ("errors", entry.failures.map(String.init)),
            ("crashes", entry.crashes.map(String.init)), ("last worker", entry.worker),
            ("next", entry.advice),
        ]
        return fields.compactMap { name, value in
            value.map {
                name.padding(toLength: 14, withPad: " ", startingAt: 0)
                    + VisibleText.block($0, indent: 14)
            }
        }
    }
}
