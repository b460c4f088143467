import Rows
import Words

/// What an attempt refused, in words that hold no value of a row: they are kept with failures and
/// shown to everybody.
struct Refusals: Sendable {
    /// How many rows each rule refused.
    private(set) var byRule: [String: Int] = [:]
    /// The first few, each with its place and its rule.
    private(set) var first: [String] = []

    /// How many are told one by one.
    private static let most = 3
    /// Rules of rows that could not be read: their reasons tell of the row's shape only.
    private static let ofShape: Set = ["fields", "quotes"]

    /// Counts a refused row of an input.
    mutating func add(_ reject: Reject, of input: String) {
        byRule[reject.rule, default: 0] += 1
        guard first.count < Self.most else { return }
        let problem =
            Self.ofShape.contains(reject.rule)
            ? reject.reason
            : (reject.column.map { "`\($0)`" } ?? "the row") + " breaks `\(reject.rule)`"
        first.append("line \(reject.line) of `\(input)`: \(problem)")
    }

    /// `min 12, required 3. The first: line 2 of …; line 3 of …`.
    var words: String {
        Wording.rejects(byRule: byRule)
            + (first.isEmpty ? "" : "; first " + first.joined(separator: "; "))
    }
}
