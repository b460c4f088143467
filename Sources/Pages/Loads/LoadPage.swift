package import Diagnosis
package import Ledger
package import Markup
import Planning
import Words

/// One load: how far it is, what of it waits for what, and its tasks.
package struct LoadPage: LivePage {
    /// Which tasks are listed.
    package enum Choice: String, Sendable, Hashable, Codable, CaseIterable {
        case open = "not done"
        case running
        case failed
        case waiting
        case done
        case all

        /// Where the tasks stand that it holds.
        package var stages: Set<TaskStage> {
            switch self {
            case .open: [.running, .retrying, .queued, .waiting, .failed, .blocked]
            case .running: [.running]
            case .failed: [.failed, .blocked]
            case .waiting: [.retrying, .queued, .waiting]
            case .done: [.done]
            case .all: Set(TaskStage.allCases)
            }
        }

        /// How many tasks of a load it holds.
        func count(in anatomy: LoadAnatomy) -> Int {
            stages.reduce(0) { $0 + anatomy.count($1) }
        }
    }

    /// The most tasks that are listed: what changes of them is sent again each second.
    package static let mostTasks = 200

    /// The load.
    package let load: LoadReport
    /// Its tables and its time.
    package let anatomy: LoadAnatomy
    /// Which of its tasks are listed.
    package let choice: Choice
    /// The place behind which the list begins.
    package let after: Int?
    /// Some of its tasks, in the order of the plan.
    package let tasks: [TaskLine]
    /// The place of the last of these, where there are more.
    package let next: Int?
    /// Why it is not done: of one of its tasks.
    package let why: WhyReport?
    /// How long it will still take.
    let forecast: LoadForecast?

    /// A page.
    ///
    /// - Parameters:
    ///   - load: The load.
    ///   - anatomy: Its tables and its time.
    ///   - choice: Which of its tasks are listed.
    ///   - after: The place behind which the list begins.
    ///   - tasks: Those that are listed, and one more where there are more than ``mostTasks``.
    ///   - why: Why it is not done.
    package init(
        load: LoadReport,
        anatomy: LoadAnatomy,
        choice: Choice,
        after: Int? = nil,
        tasks: [TaskLine],
        why: WhyReport? = nil
    ) {
        self.load = load
        self.anatomy = anatomy
        self.choice = choice
        self.after = after
        self.tasks = Array(tasks.prefix(Self.mostTasks))
        next = tasks.count > Self.mostTasks ? self.tasks.last?.ordinal : nil
        self.why = why
        forecast =
            load.state == .running && load.pausedBy == nil
            ? LoadForecast(anatomy, after: load.seconds) : nil
    }

    package var heading: String { "Load \(load.load)" }
    package var tab: PageSection { .loads }
    package var command: String? { "longshore status \(load.load)" }
    package var isOver: Bool { load.state != .running }

    package var acts: [PageAct] {
        let target = String(load.load)
        switch load.state {
        case .running:
            return [
                .order(load.pausedBy == nil ? "pause" : "resume", about: target),
                .order("cancel", about: target),
            ]
        case .failed, .cancelled: return [.order("retry", about: target)]
        default: return []
        }
    }

    private var here: Link { Link("loads", String(load.load)) }

    package var events: Link {
        Link("loads", String(load.load), "events").with("tasks", choice.rawValue)
            .with("after", after.map(String.init))
    }

    package var parts: [LivePart] {
        [
            LivePart("standing") { standing },
            LivePart("figures") { LoadFigures(self).content },
            LivePart("graph") { LoadGraph(anatomy, ofLoad: load.load).content },
            LivePart("rate") { rate.content },
            LivePart("why") { reasons },
            LivePart("slots") { slots.content },
            LivePart("tasks") { list },
        ]
    }

    package var content: Markup {
        let parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.id, $0.placed) })
        return Markup(build: {
            parts["standing"]
            parts["figures"]
            div(.class("cols")) {
                section(.class("panel"), .label("Graph")) {
                    header {
                        h2 { "What needs what" }
                        legend
                    }
                    div(.class("body scroll"), .tabIndex(0)) { parts["graph"] }
                }
                section(.class("panel"), .label("Rate")) {
                    header {
                        h2 { "Rows a second" }
                        span(.class("end small dim")) { rate.title }
                    }
                    div(.class("body")) {
                        parts["rate"]
                        parts["why"]
                    }
                }
            }
            section(.class("panel gapb"), .label("Slots")) {
                header {
                    h2 { "Slots" }
                    span(.class("small dim")) { slots.note }
                }
                div(.class("body scroll"), .tabIndex(0)) { parts["slots"] }
            }
            section(.class("panel"), .label("Tasks")) { parts["tasks"] }
        })
    }

    private var rate: LoadRate {
        LoadRate(anatomy, elapsed: load.seconds, isRunning: load.state == .running)
    }

    private var slots: LoadSlots {
        LoadSlots(
            anatomy.spans,
            elapsed: load.seconds,
            isRunning: load.state == .running,
            ahead: forecast == nil ? nil : anatomy
        )
    }

    private var legend: Markup {
        div(.class("legend end")) {
            for stage in [TaskStage.done, .running, .retrying, .failed, .waiting] {
                span {
                    StateMark(stage).sign
                    stage.words
                }
            }
        }
    }

    /// Its name, and how it stands.
    @MarkupBuilder private var standing: Markup {
        PageParts.head(
            Markup(build: {
                heading
                " "
                StateMark(load.state).word(load.standing.description)
            }),
            crumb: Markup(build: {
                a(.href(Link("loads"))) { "Loads" }
                " / "
                a(.href(Link().with("pipeline", load.pipeline))) { load.pipeline }
            }),
            sub: sentence
        )
        if let hindrance = load.hindrance { p(.class("note gapb")) { hindrance } }
    }

    private var sentence: Markup {
        Markup(build: {
            "\(load.periods ?? "whole tables"), asked for by "
            b { load.requestedBy }
            " at \(Figures.time(load.createdAt))"
            if let coordinator = load.coordinator { " · coordinator \(coordinator)" }
            if load.kind == .replay { " · a replay of rejects" }
        })
    }

    // MARK: Why it is not done

    @MarkupBuilder private var reasons: Markup {
        if let why {
            h3(.class("gap")) { "Why it is not done" }
            CauseList(why).content
        }
        if !anatomy.orders.isEmpty {
            h3(.class("gap")) { "Orders" }
            for order in anatomy.orders {
                p(.class("small")) {
                    "\(Figures.clock(order.time)) "
                    b { order.person }
                    " \(order.kind == .pause ? "paused" : "cancelled") \(order.target)"
                    if let reason = order.reason { ": “\(reason)”" }
                }
            }
        }
    }

    // MARK: Tasks

    @MarkupBuilder private var list: Markup {
        header {
            h2 { "Tasks" }
            PageParts.choices(
                Choice.allCases.map { choice in
                    (
                        "\(choice.rawValue) \(grouped(choice.count(in: anatomy)))",
                        here.with("tasks", choice.rawValue), choice == self.choice
                    )
                }
            )
            span(.class("end small dim")) {
                "\(grouped(tasks.count)) of \(grouped(choice.count(in: anatomy))) shown"
            }
        }
        LoadTaskList(tasks, in: anatomy, ofLoad: load.load).content
        PageParts.more(
            next.map { here.with("tasks", choice.rawValue).with("after", String($0)) }
        )
    }

    private enum CodingKeys: String, CodingKey {
        case load, anatomy, choice, tasks, next, why, forecast
    }
}
