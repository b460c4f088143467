package import Ledger
package import Markup
import Planning
import Words

/// One period of a table: how it stands and why, what it was read from, and what was done with it.
package struct PeriodPage: Page {
    /// The period.
    package let period: PeriodStanding

    package init(_ period: PeriodStanding) { self.period = period }

    package var heading: String { "\(period.schema).\(period.table) \(period.period)" }
    package var tab: PageSection { .periods }
    package var command: String? {
        "longshore load \(period.pipeline) --periods \(period.period)"
    }

    @MarkupBuilder package var content: Markup {
        div(.class("head")) {
            div {
                p(.class("crumb")) {
                    a(.href(Link().with("pipeline", period.pipeline))) { period.pipeline }
                    " / \(period.schema).\(period.table)"
                }
                h1 {
                    period.period
                    " "
                    StateMark(period.state).word(period.state.rawValue)
                }
            }
        }
        section(.class("panel")) {
            div(.class("body stack")) {
                if let reason = period.reason { p(.class("note")) { reason } }
                facts
            }
        }
        section(.class("panel gap")) {
            header { h2 { "History" } }
            div(.class("scroll")) { history }
        }
    }

    private var facts: Markup {
        dl(.class("kv")) {
            if let counts = period.counts {
                dt { "Rows" }
                dd {
                    "\(Figures.whole(counts.read)) read = \(Figures.whole(counts.loaded)) loaded + "
                    "\(Figures.whole(counts.rejected)) rejected + \(Figures.whole(counts.deduplicated)) deduplicated"
                }
            }
            if let load = period.load {
                dt { "Loaded by" }
                dd { loader(load) }
            }
            if !period.inputs.isEmpty {
                dt { period.inputs.count == 1 ? "Input" : "Inputs" }
                dd {
                    for input in period.inputs {
                        div {
                            "\(input.name), \(Figures.bytes(input.size)) "
                            span(.class("mono dim")) { "sha256 \(input.digest.prefix(12))…" }
                        }
                    }
                }
            }
            if let definition = period.definition {
                dt { "Definition" }
                dd(.class("mono")) { String(definition.prefix(12)) }
            }
            if !period.warnings.isEmpty {
                dt { "Did not hold" }
                dd { for warning in period.warnings { div { warning } } }
            }
            if !period.rejects.isEmpty {
                dt { "Open rejects" }
                dd {
                    period.rejects.sorted { $0.key < $1.key }
                        .map { "\($0.key) \(Figures.whole($0.value))" }.joined(separator: ", ")
                }
            }
            if let person = period.closedBy {
                dt { "Closed by" }
                dd { person }
            }
        }
    }

    private func loader(_ load: Int64) -> Markup {
        Markup(build: {
            a(.href(Link("loads", String(load)))) { "load \(load)" }
            if let task = period.task {
                ", task \(load).\(task), attempt \((period.failures ?? 0) + 1)"
            }
            if let seconds = period.seconds {
                ", in \(DurationWords.measured(seconds: seconds))"
            }
            if let time = period.loadedAt { ", \(time)" }
        })
    }

    private var history: Markup {
        table {
            thead {
                tr {
                    th(.scope("col")) { "Load" }
                    th(.scope("col")) { "Committed" }
                    th(.scope("col")) { "Task" }
                    th(.class("num"), .scope("col")) { "Rows" }
                    th(.class("num"), .scope("col")) { "Rejected" }
                }
            }
            tbody {
                for past in period.history {
                    tr {
                        td { a(.href(Link("loads", String(past.load)))) { String(past.load) } }
                        td(.class("nowrap")) { past.committedAt ?? "–" }
                        td { StateMark(past.state).word(past.state.rawValue) }
                        td(.class("num")) { past.rows.map(Figures.whole) ?? "–" }
                        td(.class("num")) { past.rejected.map(Figures.whole) ?? "–" }
                    }
                }
            }
        }
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
