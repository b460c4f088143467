import Words

/// A reader of the fact who polls all the time: each period is empty or whole, never in between.
struct Reader: Sendable {
    let arena: Arena
    /// The rows of each period when it is whole.
    let whole: [String: Int]

    /// Polls until cancelled.
    ///
    /// - Returns: what it should never have seen, in words.
    func watch() async -> [String] {
        var seen: Set<String> = []
        var complaints: Set<String> = []
        while !Task.isCancelled {
            // Before the first load there is no table, and the server may be away.
            if let counts = try? await Baseline.rowsByPeriod(arena) {
                // A period that was there once stays.
                seen.formUnion(counts.keys)
                for period in seen where counts[period] != whole[period] {
                    let rows = counted(counts[period] ?? 0, "row")
                    complaints.insert("a reader saw \(rows) of \(period)")
                }
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return complaints.sorted()
    }
}
