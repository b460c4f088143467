import Pipelines
import Planning

/// Judges what a fact's task has loaded before it commits.
struct FactAudit {
    /// The table and period, in words.
    let name: String
    let expected: Expectations
    /// What became of the rows, with those that the table knew already among the loaded.
    let counts: RowCounts
    /// The rows that the period, or the table, has now.
    let standing: Int
    let rejectsByRule: [String: Int]
    /// The rows of the last loaded periods before this one, as many as the volume's band asks for.
    let earlierRows: [Int]

    /// An expectation that does not hold.
    private struct Finding {
        let severity: Expectations.Severity
        let observation: String
        /// What the task fails with.
        let error: WarehouseError
    }

    /// - Returns: what does not hold and is worth a warning.
    /// - Throws: the first that does not hold and is a failure.
    func run() throws -> [String] {
        let findings = [rejects, tooFew, tooMany, volume].compactMap(\.self)
        if let failure = findings.first(where: { $0.severity == .fail }) { throw failure.error }
        return findings.map(\.observation)
    }

    private var rejects: Finding? {
        guard let limit = expected.maximumRejectShare,
            Double(counts.rejected) > limit * Double(counts.read)
        else { return nil }
        return Finding(
            severity: expected.rejectsSeverity,
            observation: "\(counts.rejected) of \(counts.read) rows were rejected, more than "
                + "\(percent(limit)) (\(list(rejectsByRule)))",
            error: .tooManyRejects(name, counts, limit: limit, byRule: rejectsByRule)
        )
    }

    private var tooFew: Finding? {
        guard counts.loaded < expected.minimumRows else { return nil }
        return Finding(
            severity: expected.rowsSeverity,
            observation: "\(counts.loaded) rows, expected at least \(expected.minimumRows)",
            error: .tooFewRows(name, loaded: counts.loaded, minimum: expected.minimumRows)
        )
    }

    private var tooMany: Finding? {
        guard let maximum = expected.maximumRows, counts.loaded > maximum else { return nil }
        return Finding(
            severity: expected.rowsSeverity,
            observation: "\(counts.loaded) rows, expected at most \(maximum)",
            error: .tooManyRows(name, loaded: counts.loaded, maximum: maximum)
        )
    }

    private var volume: Finding? {
        guard let band = expected.volume, earlierRows.count == band.periods else { return nil }
        let mean = Double(earlierRows.reduce(0, +)) / Double(band.periods)
        guard (Double(standing) - mean).magnitude > band.within * mean else { return nil }
        let usual =
            "more than \(percent(band.within)) away from \(Int(mean.rounded())), the mean of the "
            + "last \(band.periods) periods"
        return Finding(
            severity: band.severity,
            observation: "\(standing) rows, \(usual)",
            error: .unusualVolume(name, loaded: standing, usual: usual)
        )
    }
}
