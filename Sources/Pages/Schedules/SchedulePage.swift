package import Ledger
package import Markup
import Planning
import Words

/// A schedule and its firings.
package struct SchedulePage: Page {
    /// The most firings of the page.
    package static let mostFirings = 100

    /// The schedule.
    package let schedule: ScheduleReport
    /// Its firings, the newest first.
    package let firings: [FiringReport]

    package init(schedule: ScheduleReport, firings: [FiringReport]) {
        self.schedule = schedule
        self.firings = firings
    }

    package var heading: String { "Schedule of \(schedule.pipeline)" }
    package var tab: PageSection { .schedules }
    package var command: String? {
        "longshore schedules list \(CommandLine.quoted(schedule.pipeline))"
    }

    package var acts: [PageAct] {
        [
            .schedule(schedule.pausedBy == nil ? "pause" : "resume", of: schedule.pipeline),
            .schedule("run", of: schedule.pipeline),
        ]
    }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            crumb: a(.href(Link("schedules"))) { "Schedules" },
            sub: Markup(build: {
                code { schedule.cron }
                " in \(schedule.zone) · loads \(schedule.periods) · next \(Figures.time(schedule.next))"
            })
        )
        if let person = schedule.pausedBy {
            p(.class("note gapb")) {
                "Paused by \(person)\(schedule.pauseReason.map { ": \($0)" } ?? ""). Nothing is fired until it is resumed."
            }
        }
        PageParts.panel("Firings", note: "the newest first") {
            PageParts.list(
                ["Planned", "Deadline", "State", "Load", "Why, or which files are awaited", "By"],
                rows: firings.map(row),
                empty: "It was not fired yet."
            )
        }
    }

    private func row(_ firing: FiringReport) -> Markup {
        tr {
            td(.class("nowrap")) { Figures.time(firing.planned) }
            td(.class("nowrap")) { Figures.time(firing.deadline) }
            td { firing.state.rawValue }
            td {
                if let load = firing.load {
                    a(.href(Link("loads", String(load)))) { String(load) }
                    if let state = firing.loadState {
                        " "
                        StateMark(state).word(state.rawValue)
                    }
                }
            }
            td(.class("small")) { firing.reason ?? "" }
            td(.class("small")) { firing.requestedBy ?? firing.coordinator ?? "" }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case schedule, firings
    }
}
