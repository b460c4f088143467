/// A reader of the fact who polls all the time: each period is empty or whole, never in between.
struct Reader: Sendable {
    let arena: Arena
    /// The rows of each period when it is whole.
    let whole: [String: Int]

    /// Polls until cancelled.
    ///
    /// - Returns: what it should never have seen, in words.
    func watch() async -> [String] {
        var seen: [String: Int] = [:]
        var complaints: Set<String> = []
        while !Task.isCancelled {
            // Before the first load there is no table, and the server may be away.
            for (period, count) in (try? await Baseline.rowsByPeriod(arena)) ?? [:] {
                if count != whole[period] {
                    complaints.insert("a reader saw \(count) rows of \(period)")
                }
                if let before = seen[period], before > count {
                    complaints.insert("a reader saw rows of \(period) vanish")
                }
                seen[period] = count
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return complaints.sorted()
    }
}
