import Console
import Words

/// What came of a campaign, case by case.
public struct Summary: Sendable {
    private let verdicts: [Verdict]

    /// A summary of what has run.
    public init(of verdicts: [Verdict]) {
        self.verdicts = verdicts
    }

    /// A table with a line for each case, by name: what was expected and what was seen, how many processes
    /// died, and how long loading went on after the disturbance.
    public var lines: [String] {
        var table = TextTable([
            ("case", .left), ("expected", .left), ("deaths", .right), ("recovered in", .right),
            ("seen", .left),
        ])
        for verdict in verdicts.sorted(by: { $0.name < $1.name }) {
            table.add([
                verdict.name, verdict.expected, "\(verdict.deaths)",
                DurationWords.inSeconds(verdict.recovery),
                verdict.isAsExpected ? "as expected" : verdict.violations.joined(separator: "; "),
            ])
        }
        return table.lines
    }
}
