package import Ledger
package import Markup
import Planning
import Words

/// One load: how far it is, and its tasks.
package struct LoadPage: Page {
    /// Which tasks are listed.
    package enum Choice: String, Sendable, Hashable, Codable, CaseIterable {
        case open = "not done"
        case failed
        case done
        case all

        func holds(_ task: TaskReport) -> Bool {
            switch self {
            case .open: !task.state.isFinal || task.state == .failed || task.state == .blocked
            case .failed: task.state == .failed
            case .done: task.state == .done
            case .all: true
            }
        }
    }

    /// The load.
    package let load: LoadReport
    /// Its tasks, in the order of its plan.
    package let tasks: [TaskReport]
    /// Which of them are listed.
    package let choice: Choice

    /// The most tasks that are listed, so that a page never freezes.
    static let mostTasks = 500

    package init(load: LoadReport, tasks: [TaskReport], choice: Choice?) {
        self.load = load
        self.tasks = tasks
        let isOpen = tasks.contains { Choice.open.holds($0) }
        self.choice = choice ?? (isOpen ? .open : .all)
    }

    package var heading: String { "Load \(load.load)" }
    package var tab: PageSection { .loads }
    package var command: String? { "longshore status \(load.load)" }

    @MarkupBuilder package var content: Markup {
        div(.class("head")) {
            div {
                p(.class("crumb")) {
                    a(.href(Link("loads"))) { "Loads" }
                    " / \(load.pipeline)"
                }
                h1 {
                    heading
                    " "
                    StateMark(load.state).word(load.standing.description)
                }
                p(.class("sub")) { sentence }
            }
        }
        if let hindrance = load.hindrance { p(.class("note gapb")) { hindrance } }
        figures
        section(.class("panel")) {
            header {
                h2 { "Tasks" }
                choices
                span(.class("end small dim")) {
                    "\(Figures.whole(listed.count)) of \(Figures.whole(chosen.count)) shown"
                }
            }
            div(.class("scroll")) { list }
        }
    }

    private var sentence: String {
        let coordinator = load.coordinator.map { ", coordinator \($0)" } ?? ""
        return "\(load.periods ?? "whole tables"), asked for by \(load.requestedBy) at "
            + load.createdAt + coordinator
    }

    private var chosen: [TaskReport] { tasks.filter(choice.holds) }
    private var listed: ArraySlice<TaskReport> { chosen.prefix(Self.mostTasks) }

    private var figures: Markup {
        let counts = tasks.compactMap(\.counts)
        let read = counts.reduce(0) { $0 + $1.read }
        let rejected = counts.reduce(0) { $0 + $1.rejected }
        return div(.class("stats")) {
            stat(
                "Tasks",
                Figures.whole(tasks.count { $0.state == .done }),
                of: "of \(Figures.whole(tasks.count))"
            ) { TaskBar(tasks: tasks).content }
            stat("Rows read", Figures.whole(read)) {
                "\(Figures.whole(counts.reduce(0) { $0 + $1.loaded })) loaded"
            }
            stat("Time", DurationWords.measured(seconds: load.seconds)) {
                "since \(load.createdAt)"
            }
            stat("Rejected", Figures.whole(rejected)) { Figures.share(rejected, of: read) }
        }
    }

    private func stat(
        _ name: String,
        _ value: String,
        of whole: String? = nil,
        @MarkupBuilder _ note: () -> Markup
    ) -> Markup {
        div(.class("stat")) {
            div(.class("k")) { name }
            div(.class("v")) {
                value
                if let whole {
                    " "
                    small { whole }
                }
            }
            div(.class("d")) { note() }
        }
    }

    private var choices: Markup {
        span(.class("seg")) {
            for choice in Choice.allCases {
                a(
                    .href(Link("loads", String(load.load)).with("tasks", choice.rawValue)),
                    choice == self.choice ? .current : nil
                ) { "\(choice.rawValue) \(Figures.whole(tasks.count(where: choice.holds)))" }
            }
        }
    }

    private var list: Markup {
        table {
            thead {
                tr {
                    for name in ["Task", "Table", "Period", "State"] { th(.scope("col")) { name } }
                    for name in ["Rows", "Rejected", "Took"] {
                        th(.class("num"), .scope("col")) { name }
                    }
                    th(.scope("col")) { "Why" }
                }
            }
            tbody { for task in listed { row(task) } }
        }
    }

    private func row(_ task: TaskReport) -> Markup {
        tr {
            td(.class("mono")) { "\(load.load).\(task.ordinal)" }
            td { "\(task.kind.rawValue) \(task.table)" }
            td(.class("mono")) { task.period }
            td { StateMark(task.state).word(task.state.rawValue) }
            td(.class("num")) { task.counts.map { Figures.whole($0.loaded) } ?? "" }
            td(.class("num")) { task.counts.map { Figures.whole($0.rejected) } ?? "" }
            td(.class("num")) {
                task.seconds.map { DurationWords.measured(seconds: $0) } ?? ""
            }
            td(.class("small")) {
                ([task.failure].compactMap(\.self) + task.warnings).joined(separator: "; ")
            }
        }
    }
}

/// A bar of tasks: done, running, failed.
struct TaskBar {
    let tasks: [TaskReport]
    private let width = 180.0

    var content: Markup {
        svg(.size(width, 8), .class("bar"), Attribute("preserveAspectRatio", "none"), .decorative) {
            rect(.class("track"), .box(0, 0, width, 8))
            for part in parts { rect(.class(part.name), .box(part.start, 0, part.width, 8)) }
        }
    }

    private var parts: [(name: String, start: Double, width: Double)] {
        let unit = width / Double(max(tasks.count, 1))
        var start = 0.0
        return [("f-done", TaskState.done), ("f-running", .published), ("f-failed", .failed)]
            .map { name, state in
                let part = (name, start, unit * Double(tasks.count { $0.state == state }))
                start += part.2
                return part
            }
    }
}
