import Ledger
import Markup
import Planning
import Words

/// Tasks of a load, a line each.
struct LoadTaskList {
    private let tasks: [TaskLine]
    private let tables: [String: LoadAnatomy.Table]
    private let progress: [Int: Int]
    private let readings: [Int: InFlightProgress]
    /// Who runs the tasks that run.
    private let runners: [Int: String]
    private let load: Int64

    init(_ tasks: [TaskLine], in anatomy: LoadAnatomy, ofLoad load: Int64) {
        self.tasks = tasks
        tables = Dictionary(uniqueKeysWithValues: anatomy.tables.map { ($0.id, $0) })
        progress = anatomy.progress
        readings = anatomy.readings
        runners = Dictionary(
            anatomy.spans.filter { $0.end == .running }
                .compactMap { span in
                    span.worker.map { (span.task, $0) }
                },
            uniquingKeysWith: { first, _ in first }
        )
        self.load = load
    }

    var content: Markup {
        PageParts.list(
            [
                "Task", "Table", "Period", "State", "Progress", .number("Rows"),
                .number("Rejected"),
                .number("Time"), "Worker", "Why, or until when",
            ],
            rows: tasks.map(row),
            empty: "There is no such task."
        )
    }

    private func row(_ task: TaskLine) -> Markup {
        let rows = task.counts?.loaded ?? progress[task.ordinal]
        return tr {
            td(.class("mono")) {
                a(.href(Self.link(to: task.ordinal, of: load))) { "\(load).\(task.ordinal)" }
            }
            td { "\(task.kind.rawValue) \(task.name)" }
            td(.class("mono")) { period(task) }
            td { task.stage.mark }
            td(.class("pw")) { bar(task) }
            td(.class("num")) { rows.map(grouped) ?? "" }
            td(.class("num")) { task.counts.map { grouped($0.rejected) } ?? "" }
            td(.class("num")) {
                task.seconds.map { DurationWords.measured(seconds: $0) } ?? ""
            }
            td(.class("nowrap")) {
                VisibleText.shortened(runners[task.ordinal] ?? task.worker ?? "", to: 24)
            }
            td(.class("small")) { why(task) }
        }
    }

    static func link(to task: Int, of load: Int64) -> Link {
        Link("loads", String(load), "tasks", String(task))
    }

    @MarkupBuilder private func period(_ task: TaskLine) -> Markup {
        if task.period.isEmpty {
            "–"
        } else {
            a(.href(Link("tables", task.schema, task.table, "periods", task.period))) {
                task.period
            }
        }
    }

    // MARK: Progress

    /// How much of its files a task has read, or of what its table's tasks read on average.
    private func share(_ task: TaskLine) -> Double? {
        guard task.stage == .running, let table = tables["\(task.kind.rawValue) \(task.name)"]
        else { return nil }
        if let share = readings[task.ordinal]?.share { return min(share, 0.97) }
        let done = table.tasks[.done] ?? 0
        if let rows = progress[task.ordinal], done > 0, table.read > 0 {
            return min(Double(rows) * Double(done) / Double(table.read), 0.97)
        }
        guard let pace = table.pace ?? table.earlierPace, pace > 0, let seconds = task.seconds
        else { return nil }
        return min(seconds / pace, 0.97)
    }

    private func bar(_ task: TaskLine) -> Markup {
        guard let share = share(task) else { return Markup() }
        let percent = Int((share * 100).rounded())
        return svg(
            .view(100, 8),
            .class("bar"),
            Attribute("preserveAspectRatio", "none"),
            .role("img"),
            .label("about \(percent) %")
        ) {
            rect(.class("track"), .box(0, 0, 100, 8))
            rect(.class("f-running"), .box(0, 0, Double(percent), 8))
        }
    }

    // MARK: Why

    private func why(_ task: TaskLine) -> Markup {
        switch task.stage {
        case .running: Markup(text: left(task))
        case .retrying: Markup(text: again(task))
        case .queued:
            Markup(
                text:
                    "in the queue of the pool \(task.pool) for \(DurationWords.measured(seconds: task.queuedFor ?? 0))"
            )
        case .waiting: task.need.map(needed) ?? Markup(text: "its needs are done")
        case .blocked: task.need.map(needed) ?? Markup()
        case .failed: Markup(text: task.failure ?? "")
        case .done:
            Markup(text: task.unchangedSince.map(unread) ?? task.warnings.joined(separator: "; "))
        case .superseded: Markup(text: "left to a newer load")
        case .cancelled: Markup()
        }
    }

    private func unread(since load: Int64) -> String {
        "not read: nothing has changed since load \(load)"
    }

    private func left(_ task: TaskLine) -> String {
        guard let share = share(task), share > 0.02, share < 0.97, let seconds = task.seconds else {
            return ""
        }
        return "ends in about \(DurationWords.measured(seconds: seconds / share - seconds))"
    }

    private func again(_ task: TaskLine) -> String {
        let next = "tried again in \(DurationWords.measured(seconds: task.retryIn ?? 0))"
        if let until = task.awaitedUntil {
            return "its source is awaited until \(Figures.time(until)); \(next)"
        }
        let count = task.failures + task.crashes
        return next + (count > 0 ? ", after \(counted(count, "failed attempt"))" : "")
            + (task.failure.map { ": \($0)" } ?? "")
    }

    private func needed(_ need: TaskLine.Need) -> Markup {
        Markup(build: {
            "needs "
            a(.href(Self.link(to: need.ordinal, of: load))) { "\(load).\(need.ordinal)" }
            " \(need.label), which is \(need.stage.words)"
        })
    }
}
