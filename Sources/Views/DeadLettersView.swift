public import Console
import Planning
import Words

/// What was set aside, for people.
public struct DeadLettersView {
    private let entries: [DeadEntry]
    private let invocation: Invocation

    /// Letters, with commands as they were called.
    public init(_ entries: [DeadEntry], _ invocation: Invocation) {
        self.entries = entries
        self.invocation = invocation
    }

    /// A line for each, and what to look at next.
    public var lines: [String] {
        var table = TextTable([
            ("letter", .left), ("pipeline", .left), ("table", .left), ("state", .left),
            ("reason", .left),
        ])
        for entry in entries {
            table.add([
                entry.letter, entry.pipeline ?? "", entry.table ?? "",
                entry.state?.word ?? "garbage",
                Self.short(entry.failure ?? "\(entry.reason) [\(entry.code)]"),
            ])
        }
        let commands = ["longshore dead show", "dead replay", "dead drop"]
            .map { "\($0) LETTER\(invocation.stack)" }
        return table.lines + ["", "next: \(commands.joined(separator: ", "))"]
    }

    /// All that is known of each.
    public var details: String {
        entries.map { details($0).joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func details(_ entry: DeadEntry) -> [String] {
        let fields: [(String, String?)] = [
            ("letter", entry.letter), ("set aside", "\(entry.reason) [\(entry.code)]"),
            ("came from", entry.queue), ("size", counted(entry.bytes, "byte")),
            ("pipeline", entry.pipeline), ("table", entry.table), ("state", entry.state?.word),
            ("last failure", entry.failure), ("errors", entry.failures.map(String.init)),
            ("crashes", entry.crashes.map(String.init)), ("last worker", entry.worker),
            ("next", advice(on: entry)),
        ]
        return fields.compactMap { name, value in
            value.map {
                name + String(repeating: " ", count: 14 - name.count)
                    + VisibleText.block($0, indent: 14)
            }
        }
    }

    /// What is to be done.
    private func advice(on entry: DeadEntry) -> String {
        let drop = invocation.command("dead drop \(entry.letter)")
        return switch entry.state {
        case nil: "it is no message of this fleet: \(drop)"
        case .unknown: "the ledger has no such task: \(drop)"
        case .known(.failed), .known(.cancelled):
            "try it again: \(invocation.command("dead replay \(entry.letter)"))"
        default: "its task goes on or is over: \(drop)"
        }
    }

    /// The beginning of a reason, so that a letter is a line; `dead show` has all of it.
    private static func short(_ reason: String) -> String {
        let line = String(reason.prefix { !$0.isNewline })
        let start = VisibleText.shortened(line, to: 120)
        return start == line && line != reason ? line + "…" : start
    }
}
