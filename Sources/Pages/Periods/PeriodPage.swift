package import Ledger
package import Markup
import Planning
import Words

/// One period of a table: how it stands and why, what it was read from, and what was done with it.
package struct PeriodPage: Page {
    /// The period.
    package let period: PeriodStanding
    /// What its table is made from, and what from it; `nil` where this program cannot read its definition.
    package let origins: TableOrigins?
    /// What of its definition has changed since it was loaded; `nil` where that is not known.
    package let changes: [String]?

    package init(_ period: PeriodStanding, origins: TableOrigins?, changes: [String]?) {
        self.period = period
        self.origins = origins
        self.changes = changes
    }

    package var heading: String { "\(period.schema).\(period.table) \(period.period)" }
    package var tab: PageSection { .periods }
    package var command: String? { PeriodFacts.command(period) }
    package var acts: [PageAct] { PeriodFacts.acts(period) }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(build: {
                period.period
                " "
                StateMark(period.state).word(period.state.rawValue)
            }),
            crumb: Markup(build: {
                a(.href(Link().with("pipeline", period.pipeline))) { period.pipeline }
                " / "
                a(.href(Link("tables", period.schema, period.table))) {
                    "\(period.schema).\(period.table)"
                }
            })
        )
        PageParts.panel("How it stands") {
            div(.class("body stack")) {
                if let reason = period.reason { p(.class("note")) { reason } }
                PeriodFacts(period, origins: origins, changes: changes).content
            }
        }
        if !period.audits.isEmpty {
            PageParts.panel("Audits", note: "of what is loaded") {
                AuditList(period.audits).content
            }
        }
        if !period.refused.isEmpty {
            PageParts.panel("Did not hold", note: "the newest attempt, which failed") {
                AuditList(period.refused).content
            }
        }
        PageParts.panel("History", note: "the newest first") { PeriodFacts.history(period) }
    }

    private enum CodingKeys: String, CodingKey {
        case period, origins, changes
    }
}

extension StateMark {
    /// The sign of what the control table says.
    init(_ state: PeriodState) {
        self =
            switch state {
            case .pending, .awaited: .pending
            case .loaded: .loaded
            case .stale: .stale
            case .closed: .closed
            }
    }

    /// The sign of how a load task stands.
    init(_ state: TaskState) {
        self =
            switch state {
            case .waiting, .blocked: .pending
            case .published: .loading
            case .done: .loaded
            case .failed: .failed
            case .superseded, .cancelled: .closed
            }
    }

    /// The sign of how a load stands.
    init(_ state: LoadState) {
        self =
            switch state {
            case .running: .loading
            case .loaded: .loaded
            case .failed: .failed
            default: .closed
            }
    }
}
