/// The name among `candidates` that `word` was probably meant to be.
///
/// The nearest by edit distance (insert, delete, replace, swap neighbours; case is ignored), when a
/// third of its letters at most, and never all of them, would have to change.
func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
        let limit = max(1, max(typed.count, letters.count) / 3)
        guard abs(typed.count - letters.count) <= limit else { continue }
        let distance = editDistance(typed, letters)
        guard distance <= limit, distance < letters.count else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
}

/// The optimal string alignment distance: rows of a table of which three are kept.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
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
