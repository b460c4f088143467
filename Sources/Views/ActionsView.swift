import Console
public import Ledger
import Words

/// What people have done, for people.
public struct ActionsView {
    private let actions: [ActionReport]
    private let isLimited: Bool

    /// Actions; `isLimited` says that there may be more of them.
    public init(_ actions: [ActionReport], isLimited: Bool) {
        (self.actions, self.isLimited) = (actions, isLimited)
    }

    /// A line for each action.
    public var lines: [String] {
        guard !actions.isEmpty else { return ["Nothing was done yet."] }
        var table = TextTable([
            ("at (UTC)", .left), ("who", .left), ("by", .left), ("did", .left), ("to", .left),
            ("why", .left), ("before", .left), ("after", .left),
        ])
        for action in actions {
            table.add([
                Wording.time(action.at), action.who, action.by.rawValue, action.verb,
                action.target, action.reason ?? "", action.before ?? "", action.after ?? "",
            ])
        }
        return table.lines + (isLimited ? ["(there may be more: `--limit` shows them)"] : [])
    }
}
