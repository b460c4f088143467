import Console

/// What came of a campaign, by groups of cases: `worker.kill`, `network.redis`.
public struct Summary: Sendable {
    private let verdicts: [Verdict]

    /// A summary of what has run.
    public init(of verdicts: [Verdict]) {
        self.verdicts = verdicts
    }

    /// A table with a line for each group: its cases, how many were as expected, how many processes
    /// died, and the case that took longest to recover, in seconds after its disturbance.
    public var lines: [String] {
        var table = TextTable([
            ("group", .left), ("cases", .right), ("as expected", .right), ("deaths", .right),
            ("slowest recovery", .right), ("of", .left),
        ])
        let groups = Dictionary(grouping: verdicts) { Self.group(of: $0.name) }
        for (name, verdicts) in groups.sorted(by: { $0.key < $1.key }) {
            let slowest = verdicts.max { $0.recovery < $1.recovery }
            table.add([
                name, "\(verdicts.count)", "\(verdicts.count { $0.isAsExpected })",
                "\(verdicts.reduce(0) { $0 + $1.deaths })",
                slowest.map { Self.seconds($0.recovery) } ?? "", slowest?.name ?? "",
            ])
        }
        return table.lines
    }

    /// A time as people read it: `12.3 s`.
    public static func seconds(_ time: Duration) -> String {
        let tenths = (time / .milliseconds(100)).rounded()
        return "\(tenths / 10) s"
    }

    /// The name's first two words.
    private static func group(of name: String) -> String {
        name.split(separator: ".").prefix(2).joined(separator: ".")
    }
}
