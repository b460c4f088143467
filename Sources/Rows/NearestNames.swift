/// The names most like one that was not found, for "did you mean".
public struct NearestNames: Sendable, Hashable {
    /// At most `limit` of `candidates`, nearest first; only those that look like a slip.
    public let names: [String]

    /// Compares `name` with each candidate, without regard to case.
    public init(to name: String, among candidates: some Sequence<String>, limit: Int = 3) {
        let wanted = Array(name.lowercased().unicodeScalars)
        let tolerance = max(2, wanted.count / 3)
        let ranked = candidates.map { candidate in
            let letters = Array(candidate.lowercased().unicodeScalars)
            let distance = Self.distance(wanted, letters)
            // Of a slip, something is left: one letter is not like another.
            let isSlip = distance <= tolerance && distance < min(wanted.count, letters.count)
            return (candidate, isSlip ? distance : Int.max)
        }
        names =
            ranked
            .filter { $0.1 < Int.max }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            .prefix(limit)
            .map(\.0)
    }

    /// ` (did you mean …?)` with a leading blank; empty when there is nothing to offer.
    public var question: String {
        guard !names.isEmpty else { return "" }
        return " (did you mean " + names.map { "`\($0)`" }.joined(separator: " or ") + "?)"
    }

    /// Levenshtein's distance: insertions, deletions and replacements.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (index, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (scalar == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
