import Console
import Planning
import Warehouse

/// What a load did, per table and period, in words and numbers.
struct LoadSummary {
    private let load: LoadReport
    private let tasks: [TaskReport]

    init(_ load: LoadReport, _ tasks: [TaskReport]) {
        self.load = load
        self.tasks = tasks
    }

    /// The whole summary: the table, what failed, what to look at next.
    var lines: [String] {
        let rate = load.seconds > 0 ? Int(Double(total.read) / load.seconds) : 0
        let headline =
            "load \(load.load) of \(load.pipeline): \(load.state) in "
            + "\(Wording.duration(seconds: load.seconds)), "
            + "\(Wording.count(total.read, "row")) read (\(Wording.grouped(rate)) rows/s)"
        return [""] + table.lines + ["", headline] + warningLines + failureLines + nextLines
    }

    /// The program as it was called, so that the lines can be pasted.
    private static var program: String {
        CommandLine.arguments.first.flatMap { $0.contains("/") ? $0 : nil } ?? "longshore"
    }

    private var nextLines: [String] {
        var commands = ["periods \(load.pipeline)"]
        if total.rejected > 0 {
            commands.append("rejects list \(load.pipeline) --load \(load.load)")
        }
        return ["", "next:"] + commands.map { "  \(Self.program) \($0)" }
    }

    /// A line for each task and one of totals.
    var table: TextTable {
        var table = TextTable([
            ("table", .left), ("period", .left), ("state", .left), ("read", .right),
            ("loaded", .right), ("rejected", .right), ("deduplicated", .right),
            ("replaced", .right), ("time", .right),
        ])
        for task in tasks {
            table.add(
                [task.table, task.period, task.state] + Self.numbers(task.counts, task.replaced)
                    + [task.seconds.map { Wording.duration(seconds: $0) } ?? ""]
            )
        }
        let replaced = tasks.reduce(0) { $0 + ($1.replaced ?? 0) }
        table.add(["total", "", ""] + Self.numbers(total, replaced) + [""])
        return table
    }

    /// Rows of all tasks.
    var total: RowCounts {
        tasks.compactMap(\.counts).reduce(RowCounts(), +)
    }

    private static func numbers(_ counts: RowCounts?, _ replaced: Int?) -> [String] {
        guard let counts else { return ["", "", "", "", ""] }
        return [counts.read, counts.loaded, counts.rejected, counts.deduplicated, replaced ?? 0]
            .map(Wording.grouped)
    }

    /// What did not hold and was let through.
    var warningLines: [String] {
        tasks.flatMap { task in
            task.warnings.map { "warning: \("\(task.table) \(task.period)".trimmed): \($0)" }
        }
    }

    /// What failed and why, what was blocked by it, what to do.
    var failureLines: [String] {
        let failed = tasks.filter { $0.state == "failed" }
        let blocked = tasks.filter { $0.state == "blocked" }
        var lines = failed.map { task in
            "failed: \(task.table) \(task.period): \(task.failure ?? "no reason recorded")"
        }
        if !blocked.isEmpty {
            let names = blocked.map { "\($0.table) \($0.period)".trimmed }
            lines.append("not run, because they need what failed: " + names.joined(separator: ", "))
        }
        return lines
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
