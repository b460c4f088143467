package import Ledger
package import Markup
import Pipelines
import Planning
import Words

/// What is or was wrong with pipelines, and whom that was told.
package struct AlertsPage: Page {
    /// The most alerts of the page.
    package static let mostAlerts = 200

    /// The alerts, the newest first.
    package let alerts: [AlertReport]
    /// Whether those that are over are among them.
    package let isAll: Bool

    package init(alerts: [AlertReport], isAll: Bool) {
        self.alerts = alerts
        self.isAll = isAll
    }

    package var heading: String { "Alerts" }
    package var tab: PageSection { .alerts }
    package var command: String? { "longshore alerts list" + (isAll ? " --all" : "") }

    @MarkupBuilder package var content: Markup {
        PageParts.head(Markup(text: heading), sub: Markup(text: counted(alerts.count, "alert")))
        PageParts.panel(
            "Alerts",
            end: PageParts.choices([
                ("standing", Link("alerts"), !isAll),
                ("all", Link("alerts").with("state", "all"), isAll),
            ])
        ) {
            PageParts.list(
                ["Pipeline", "What", "Table", "Since", "Over", "Told"],
                rows: alerts.map(row),
                empty: isAll ? "Nothing was ever wrong." : "Nothing is wrong."
            )
        }
    }

    private func row(_ report: AlertReport) -> Markup {
        let alert = report.alert
        return tr {
            td { alert.pipeline }
            td {
                b { alert.rule.rawValue }
                br()
                span(.class("small")) { alert.summary }
                if let load = alert.load {
                    " "
                    a(.href(Link("loads", String(load)))) { "load \(load)" }
                }
            }
            td { [alert.table, alert.period].filter { !$0.isEmpty }.joined(separator: " ") }
            td(.class("nowrap")) { Figures.time(alert.since) }
            td(.class("nowrap")) { Figures.time(alert.over) }
            td(.class("small")) {
                for message in report.messages {
                    div {
                        "\(message.target): \(message.state.rawValue)"
                        if let failure = message.failure { " (\(failure))" }
                    }
                }
            }
        }
    }
}
