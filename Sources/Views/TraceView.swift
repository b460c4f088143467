public import Inquiry
import Words

/// Rows and where they came from, for people.
public struct TraceView {
    private let rows: [TracedRow]
    private let name: String

    /// The rows of a table with a key; of a mart without one, or with a period.
    public init(_ rows: [TracedRow], of table: String, key: [String]) {
        self.rows = rows
        name = ([table] + [key.inBackticks()])
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// All of it.
    public var text: String {
        let isMart = rows.allSatisfy(\.columns.isEmpty)
        let heading = isMart ? name : "\(name): \(counted(rows.count, "row"))"
        return ([heading] + rows.flatMap { [""] + lines($0) }).joined(separator: "\n")
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
