package import Ledger
package import Markup

/// Who did what, when and why, the newest first.
package struct ActionsPage: Page {
    /// The actions.
    package let actions: [ActionReport]
    /// What they were done to; `nil` for anything.
    package let target: String?
    /// The number of the last of them, where there are more.
    package let next: Int64?

    /// The most that are listed.
    package static let most = 100

    /// A page of actions, and one more where there are more than ``most``.
    package init(_ actions: [ActionReport], ofTarget target: String?) {
        self.actions = Array(actions.prefix(Self.most))
        self.target = target
        next = actions.count > Self.most ? self.actions.last?.action : nil
    }

    package var heading: String { "Actions" }
    package var tab: PageSection { .actions }
    package var command: String? {
        "longshore actions list" + (target.map { " --of '\($0)'" } ?? "")
    }

    private enum CodingKeys: String, CodingKey {
        case actions, target, next
    }

    package var content: Markup {
        Markup([
            PageParts.head(
                Markup(build: { "Actions" }),
                sub: Markup(build: { target.map { "of \($0)" } ?? "the newest first" })
            ),
            PageParts.panel("Actions") {
                PageParts.list(
                    ["At", "Who", "Did", "To", "Why", "Before", "After"],
                    rows: actions.map(row),
                    empty: "Nothing was done yet."
                )
                if let next {
                    footer(.class("foot")) {
                        a(
                            .href(
                                Link("actions").with("of", target).with("before", String(next))
                            )
                        ) { "Earlier" }
                    }
                }
            },
        ])
    }

    private func row(_ action: ActionReport) -> Markup {
        tr {
            td(.class("nowrap")) { action.at }
            td {
                action.who
                " "
                span(.class("dim small")) { "\(action.role), \(action.by.rawValue)" }
            }
            td { action.verb }
            td { a(.href(Link("actions").with("of", action.target))) { action.target } }
            td { action.reason ?? "" }
            td(.class("small")) { action.before ?? "" }
            td(.class("small")) { action.after ?? "" }
        }
    }
}
