import Console
public import Ledger
import Planning

/// Refused rows for people, a line each.
public struct RejectsView {
    private let rejects: [RejectReport]
    private let haveStates: Bool

    /// Rejects; `haveStates` says that not all are open, so that each tells how it stands.
    public init(_ rejects: [RejectReport], haveStates: Bool) {
        self.rejects = rejects
        self.haveStates = haveStates
    }

    /// A line for each.
    public var lines: [String] {
        var table = TextTable(
            [("reject", .right)] + (haveStates ? [("state", .left)] : []) + [
                ("table", .left), ("source", .left), ("line", .right), ("column", .left),
                ("rule", .left), ("reason", .left),
            ]
        )
        for reject in rejects {
            table.add(
                [String(reject.reject)] + (haveStates ? [reject.state.rawValue] : []) + [
                    reject.table, reject.source, String(reject.line), reject.column ?? "",
                    reject.rule, reject.reason,
                ]
            )
        }
        return table.lines
    }
}
