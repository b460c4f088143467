import Console
import Planning
public import Rehearsal
import Words

/// What a load would do, table by table, in words and numbers.
public struct EffectsSummary {
    private let effects: Effects

    /// The effects of a load.
    public init(_ effects: Effects) {
        self.effects = effects
    }

    /// The whole summary: dimensions, facts, marts, exports, what would be refused or fail, and the sum of it.
    public var lines: [String] {
        ["\(effects.pipeline): what a load\(periods) would do", ""]
            + section(dimensions) + section(rows(of: .fact)) + section(rows(of: .mart))
            + section(exports)
            + (notes.isEmpty ? [] : notes + [""]) + [headline]
    }

    private var periods: String {
        guard let first = effects.periods.first, let last = effects.periods.last else { return "" }
        return first == last
            ? " of \(first)"
            : " of \(first)..\(last) (\(counted(effects.periods.count, "period")))"
    }

    private func section(_ table: TextTable) -> [String] {
        table.isEmpty ? [] : table.lines + [""]
    }

    // MARK: Tables

    private var dimensions: TextTable {
        let names = ["new", "changed", "versions", "expired", "completed", "inferred", "rejected"]
        var table = TextTable(
            [("", .left), ("dimension", .left)] + names.map { ($0, .right) }
        )
        for task in tasks(.dimension) {
            let numbers = task.members.map { members in
                [
                    members.new, members.changed, members.versions, members.expired,
                    members.completed, members.inferred, task.counts?.rejected ?? 0,
                ]
            }
            let cells = numbers?.map { $0 == 0 ? "·" : grouped($0) }
            table.add([task.mark, task.table] + (cells ?? names.map { _ in "" }))
        }
        return table
    }

    /// What each export would deliver.
    private var exports: TextTable {
        var table = TextTable([
            ("", .left), ("export", .left), ("rows", .right), ("new or changed", .right),
            ("unchanged", .right), ("gone", .right),
        ])
        for task in tasks(.export) {
            let counts = task.counts.map { counts in
                [counts.read, counts.loaded, counts.deduplicated, task.replaced]
                    .map { $0 == 0 ? "·" : grouped($0) }
            }
            table.add([task.mark, task.table] + (counts ?? [task.state.words, "", "", ""]))
        }
        return table
    }

    private func rows(of kind: LoadTaskKind) -> TextTable {
        var table = TextTable([
            ("", .left), (kind.rawValue, .left), ("period", .left), ("", .left),
            ("before", .right), ("after", .right), ("change", .right),
        ])
        for task in tasks(kind) {
            guard let rows = task.rows else {
                table.add([task.mark, task.table, task.period, task.state.words, "", "", ""])
                continue
            }
            table.add([
                task.mark, task.table, task.period, "rows", grouped(rows.before),
                grouped(rows.after), Self.signed(String(rows.after - rows.before)),
            ])
            for measure in task.measures { table.add(Self.cells(measure)) }
            for change in task.earlier {
                table.add([
                    "~", task.table,
                    change.period + (change.period < task.period ? ", late" : ", too"), "rows",
                    grouped(change.rows.before), grouped(change.rows.after),
                    Self.signed(String(change.rows.after - change.rows.before)),
                ])
                for measure in change.measures { table.add(Self.cells(measure)) }
            }
        }
        return table
    }

    private static func cells(_ measure: MeasureChange) -> [String] {
        [
            "", "", "", measure.name, Wording.grouped(decimal: measure.before),
            Wording.grouped(decimal: measure.after), signed(measure.change),
        ]
    }

    /// A change with its sign; a point for none.
    private static func signed(_ change: String) -> String {
        guard change.contains(where: { $0 != "0" && $0 != "." }) else { return "·" }
        return (change.first?.isNumber == true ? "+" : "") + Wording.grouped(decimal: change)
    }

    private func tasks(_ kind: LoadTaskKind) -> [TaskEffect] {
        effects.tasks.filter { $0.kind == kind }
    }

    // MARK: Notes

    private var notes: [String] {
        let rejected = effects.tasks.filter { !$0.rejects.isEmpty }
            .map { task in
                "would be rejected: \(task.label): \(Wording.rejects(byRule: task.rejects))"
            }
        let replaced = effects.tasks.filter { $0.kind == .fact && $0.replaced > 0 }
            .map { "would be replaced: \($0.label): \(counted($0.replaced, "row"))" }
        let warned = effects.tasks.flatMap { task in
            task.warnings.map { "would warn: \(task.label): \($0)" }
        }
        let stale = effects.stale.map { period in
            "would become stale: \(period.table) \(period.period)"
                + (period.reason.map { ": \($0)" } ?? "")
        }
        let failed = effects.tasks.compactMap { task in
            task.failure.map { "would fail: \(task.label): \($0)" }
        }
        let blocked = effects.tasks.filter { $0.state == .blocked }.map(\.label)
        return replaced + rejected + warned + stale + failed
            + (blocked.isEmpty
                ? []
                : ["would not run, for they need what fails: \(blocked.joined(separator: ", "))"])
    }

    private var headline: String {
        let parts = [TaskState.done, .failed, .blocked, .superseded]
            .compactMap { state in
                let count = effects.tasks.filter { $0.state == state }.count
                return count == 0 ? nil : "\(count) \(state.words)"
            }
        return "\(counted(effects.tasks.count, "task")): \(parts.joined(separator: ", ")); "
            + "nothing has been changed"
    }
}

extension TaskEffect {
    /// The table, and the period where it has one.
    fileprivate var label: String { sliceLabel(period, of: table) }

    /// `+` makes something of nothing, `~` changes, `!` fails, `-` does not run.
    fileprivate var mark: String {
        switch state {
        case .failed: return "!"
        case .done: break
        default: return "-"
        }
        if let members { return members.isEmpty ? "" : "~" }
        if kind == .export { return (counts?.loaded ?? 0) + replaced > 0 ? "~" : "" }
        guard let rows else { return "" }
        if rows.before == 0 { return rows.after == 0 ? "" : "+" }
        return "~"
    }
}

extension TaskState {
    /// What would become of a task.
    fileprivate var words: String {
        switch self {
        case .done: "would be done"
        case .failed: "would fail"
        case .superseded: "would be left to a newer load"
        default: "would not run"
        }
    }
}
