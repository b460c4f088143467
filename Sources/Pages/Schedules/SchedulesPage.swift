package import Ledger
package import Markup
import Planning
import Words

/// When pipelines are loaded unasked, and what came of it.
package struct SchedulesPage: Page {
    /// The schedules.
    package let schedules: [ScheduleReport]
    /// Firings that are not loaded by their deadline.
    package let overdue: [OverdueFiring]

    package init(schedules: [ScheduleReport], overdue: [OverdueFiring]) {
        self.schedules = schedules
        self.overdue = overdue
    }

    package var heading: String { "Schedules" }
    package var tab: PageSection { .schedules }
    package var command: String? { "longshore schedules list" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            sub: Markup(text: counted(schedules.count, "schedule"))
        )
        for firing in overdue {
            p(.class("note gapb")) {
                b { firing.pipeline }
                " is overdue since \(Figures.time(firing.deadline)): it was to be fired at \(Figures.time(firing.planned))"
                if let load = firing.load {
                    ", "
                    a(.href(Link("loads", String(load)))) { "load \(load)" }
                }
            }
        }
        section(.class("panel"), .label("Schedules")) {
            PageParts.list(
                ["Pipeline", "When", "Loads", "Next", "Last", "Came of it", "Deadline", "Paused"],
                rows: schedules.map(row),
                empty: "No pipeline is scheduled."
            )
        }
    }

    private func row(_ schedule: ScheduleReport) -> Markup {
        tr {
            td { a(.href(Link("schedules", schedule.pipeline))) { schedule.pipeline } }
            td(.class("mono")) { "\(schedule.cron) \(schedule.zone)" }
            td { schedule.periods }
            td(.class("nowrap")) { Figures.time(schedule.next) }
            td(.class("nowrap")) { Figures.time(schedule.last) }
            td {
                schedule.lastState?.rawValue ?? "–"
                if let load = schedule.lastLoad {
                    " "
                    a(.href(Link("loads", String(load)))) { "load \(load)" }
                }
            }
            td { schedule.deadline ?? "–" }
            td(.class("small")) {
                if let person = schedule.pausedBy {
                    "by \(person)\(schedule.pauseReason.map { ": \($0)" } ?? "")"
                }
            }
        }
    }
}
