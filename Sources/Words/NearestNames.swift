/// The names most like one that was not found, for "did you mean".
public struct NearestNames: Sendable, Hashable {
    /// At most `limit` of `candidates`, nearest first; only those that look like a slip.
    public let names: [String]

    /// Compares `name` with each candidate, without regard to case.
    ///
    /// A slip changes a third of the letters at most, and never all of them; of equal ones the
    /// candidate that comes first is offered first.
    public init(to name: String, among candidates: some Sequence<String>, limit: Int = 3) {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
        var slips: [(name: String, distance: Int)] = []
        for candidate in candidates {
            let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let tolerance = max(1, max(wanted.count, letters.count) / 3)
            guard abs(wanted.count - letters.count) <= tolerance else { continue }
            let distance = Self.distance(wanted, letters)
            guard distance <= tolerance, distance < min(wanted.count, letters.count) else {
                continue
            }
            slips.append((candidate, distance))
        }
        // Swift's sort is stable.
        names = slips.sorted { $0.distance < $1.distance }.prefix(limit).map(\.name)
    }

    /// ` (did you mean …?)` with a leading blank; empty when there is nothing to offer.
    public var question: String {
        guard !names.isEmpty else { return "" }
        return " (did you mean " + names.inBackticks(separator: " or ") + "?)"
    }

    /// The optimal string alignment distance: insertions, deletions, replacements, and swaps of
    /// neighbours; of its table three rows are kept.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = last[column] + (letter == other ? 0 : 1)
                cost = min(cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
