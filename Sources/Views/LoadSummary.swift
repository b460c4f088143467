public import Console
public import Ledger
public import Planning
import Words

/// What a load did, per table and period, in words and numbers.
public struct LoadSummary {
    private let load: LoadReport
    private let tasks: [TaskReport]
    /// What needs what; `nil` where nobody knows.
    private let graph: PlanGraph?
    private let invocation: Invocation

    /// A load with its tasks, and its plan where it can be read; with commands as they were called.
    public init(
        _ load: LoadReport,
        _ tasks: [TaskReport],
        _ graph: PlanGraph?,
        _ invocation: Invocation
    ) {
        self.invocation = invocation
        self.load = load
        self.tasks = tasks
        self.graph = graph?.tasks.count == tasks.count ? graph : nil
    }

    /// The whole summary, what matters most at its end, because a terminal shows the end: the table, what
    /// is to be noted, what failed, the load's end and its counts, what to look at next.
    public var lines: [String] {
        let rate = load.seconds > 0 ? Int(bounding: Double(total.read) / load.seconds) : 0
        let headline =
            "\(load.kind.rawValue) \(load.load) of \(load.pipeline): \(load.standing) in "
            + "\(DurationWords.measured(seconds: load.seconds)), "
            + "\(counted(total.read, "row")) read (\(grouped(rate)) rows/s)"
        let hindrance = load.hindrance.map { [$0 + invocation.stack] } ?? []
        return [""] + table.lines + [""] + noteLines + failures + [headline] + hindrance + nextLines
    }

    private var isReplay: Bool { load.kind == .replay }

    private var nextLines: [String] {
        let ended = tasks.filter { [.failed, .cancelled].contains($0.state) }
        var commands: [String] = []
        if let first = ended.first {
            commands += ["retry \(load.load)", "why \(load.load).\(first.ordinal)"]
        }
        if let pausedBy = load.pausedBy {
            commands.append("resume \(pausedBy.target)")
        } else if load.state == .running, load.coordinator == nil {
            commands.append("resume \(load.load)")
        }
        commands.append("periods \(load.pipeline)")
        if tasks.contains(where: \.hasUndelivered) {
            commands.append("exports list \(load.pipeline)")
        }
        if total.rejected > 0 {
            // Those that a replay refuses again are of the load that refused them first.
            let load = isReplay ? "" : " --load \(load.load)"
            commands.append("rejects list \(self.load.pipeline)\(load)")
        }
        return ["", "next:"] + commands.map { "  \(invocation.program) \($0)\(invocation.stack)" }
    }

    /// A line for each task and one of totals.
    private var table: TextTable {
        var table = TextTable([
            ("task", .left), ("table", .left), ("period", .left), ("state", .left),
            ("read", .right),
            ("loaded", .right), ("rejected", .right), ("deduplicated", .right),
            ("replaced", .right), ("time", .right),
        ])
        for task in tasks {
            table.add(
                ["\(load.load).\(task.ordinal)", task.table, task.period, task.shownState]
                    + Self.numbers(task.shownCounts, task.replaced)
                    + [task.seconds.map { DurationWords.measured(seconds: $0) } ?? ""]
            )
        }
        let replaced = tasks.reduce(0) { $0 + ($1.replaced ?? 0) }
        table.add(["total", "", "", ""] + Self.numbers(total, replaced) + [""])
        return table
    }

    /// Rows of all tasks.
    private var total: RowCounts {
        tasks.compactMap(\.counts).reduce(RowCounts(), +)
    }

    private static func numbers(_ counts: RowCounts?, _ replaced: Int?) -> [String] {
        guard let counts else { return ["", "", "", "", ""] }
        return [counts.read, counts.loaded, counts.rejected, counts.deduplicated, replaced ?? 0]
            .map(grouped)
    }

    /// What looks wrong, and what was left to others.
    private var noteLines: [String] {
        tasks.filter { !$0.rejects.isEmpty }
            .map { "rejected: \($0.label): \(Wording.rejects(byRule: $0.rejects))" }
            + tasks.flatMap { task in
                task.warnings.map { "warning: \(task.label): \(VisibleText.block($0, indent: 4))" }
            }
            + unchanged
            + list("left to a newer load, which had asked for the period", state: .superseded)
    }

    /// A line for each load whose rows stand.
    private var unchanged: [String] {
        Dictionary(grouping: tasks.filter { $0.unchangedSince != nil }) { $0.unchangedSince ?? 0 }
            .sorted { $0.key < $1.key }
            .map { load, tasks in
                "not read, because nothing has changed since load \(load): \(Self.few(of: tasks.map(\.label)))"
            }
    }

    /// What failed and why, and what was not run because of it.
    public var failures: [String] {
        list("cancelled", state: .cancelled)
            + list("not run, because they need what failed or was cancelled", state: .blocked)
            + tasks.filter { $0.state == .failed }.flatMap(failureLines)
    }

    /// Why a task failed, after how many attempts, and what never ran because of it.
    private func failureLines(_ task: TaskReport) -> [String] {
        let budget = "after " + Wording.budget(errors: task.failures, crashes: task.crashes)
        let blocked = blocked(by: task.ordinal)
        let reason = VisibleText.block(task.failure ?? "no reason recorded", indent: 4)
        let line = "failed: \(task.label): \(reason); \(budget)"
        return blocked.isEmpty ? [line] : [line, "  blocked by it: \(Self.few(of: blocked))"]
    }

    /// What needs a task, directly or not, and is blocked.
    private func blocked(by ordinal: Int) -> [String] {
        guard let graph else { return [] }
        var seen: Set<Int> = []
        var pending = [ordinal]
        while let next = pending.popLast() {
            for dependent in graph.dependents(of: next) where seen.insert(dependent).inserted {
                pending.append(dependent)
            }
        }
        return seen.sorted().map { tasks[$0] }.filter { $0.state == .blocked }.map(\.label)
    }

    private func list(_ title: String, state: TaskState) -> [String] {
        let names = tasks.filter { $0.state == state }.map(\.label)
        return names.isEmpty ? [] : ["\(title): \(Self.few(of: names))"]
    }

    /// The first five, and how many there are besides: the table above has them all.
    private static func few(of names: [String]) -> String {
        let others = names.count > 5 ? " and \(names.count - 5) more" : ""
        return names.prefix(5).joined(separator: ", ") + others
    }
}

extension TaskReport {
    /// The table, and the period where it has one.
    fileprivate var label: String { sliceLabel(period, of: table) }

    /// Where it stands, and `unchanged` where its source was not read.
    fileprivate var shownState: String { unchangedSince == nil ? state.rawValue : "unchanged" }

    /// None where its source was not read.
    fileprivate var shownCounts: RowCounts? { unchangedSince == nil ? counts : nil }

    /// Whether something of an export is not where it is to be.
    fileprivate var hasUndelivered: Bool {
        kind == .delivery && (state == .failed || !warnings.isEmpty)
    }
}
