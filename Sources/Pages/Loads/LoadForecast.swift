import Ledger
import Planning
import Words

/// How long a load will still take, and on what that rests.
struct LoadForecast: Sendable, Hashable, Encodable {
    /// Seconds that are left.
    let seconds: Double
    /// How much more or less it may be, in seconds: one standard deviation of what the tasks took.
    let spread: Double
    /// What it rests on, in words.
    let basis: String

    /// A forecast; `nil` where nothing is left, or nothing like it was ever done.
    ///
    /// What is left of each table takes as long as what is done of it, or as what its running tasks have read of their
    /// files tells, or as in the loads before; it is done by as many at once as until now.
    init?(_ anatomy: LoadAnatomy, after elapsed: Double) {
        var (work, variance, known, earlier, read) = (0.0, 0.0, 0, 0, 0)
        for table in anatomy.tables {
            let open = table.tasks.reduce(0) { $1.key.isOpen ? $0 + $1.value : $0 }
            guard open > 0 else { continue }
            let reading = table.pace == nil ? Self.pace(table, anatomy, after: elapsed) : nil
            guard let before = table.pace ?? reading ?? table.earlierPace else { return nil }
            // What takes longer than all before is no measure of how long that was.
            let pace = table.pace ?? max(before, Self.longest(table, anatomy, after: elapsed))
            work += pace * Double(open)
            let spread = table.spread ?? pace / 2
            variance += spread * spread * Double(open)
            known += table.pace == nil ? 0 : table.tasks[.done] ?? 0
            read += reading == nil ? 0 : 1
            earlier += table.pace == nil && reading == nil ? 1 : 0
        }
        guard work > 0 else { return nil }
        let slots = Self.slots(anatomy, after: elapsed)
        let running = anatomy.spans.filter { $0.end == .running }
            .reduce(0) { $0 + max(elapsed - ($1.start ?? elapsed), 0) }
        seconds = max(work - running, work * 0.05) / slots
        spread = variance.squareRoot() / slots
        let parts = [
            known > 0 ? "how long \(counted(known, "task")) took" : nil,
            read > 0 ? "how much of their files is read, for \(counted(read, "table"))" : nil,
            earlier > 0 ? "the loads before, for \(counted(earlier, "table"))" : nil,
        ]
        basis = "by " + parts.compactMap(\.self).joined(separator: ", and ")
    }

    /// How long a task of a table runs by now.
    private static func longest(
        _ table: LoadAnatomy.Table,
        _ anatomy: LoadAnatomy,
        after elapsed: Double
    ) -> Double {
        running(table, anatomy).compactMap { span in span.start.map { elapsed - $0 } }.max() ?? 0
    }

    /// How long a task of a table takes, as far as its running ones have read their files; `nil` before they have read
    /// some hundredths.
    private static func pace(
        _ table: LoadAnatomy.Table,
        _ anatomy: LoadAnatomy,
        after elapsed: Double
    ) -> Double? {
        let paces = running(table, anatomy)
            .compactMap { span -> Double? in
                guard let start = span.start, let share = anatomy.readings[span.task]?.share,
                    share > 0.02
                else { return nil }
                return (elapsed - start) / share
            }
        return paces.isEmpty ? nil : paces.reduce(0, +) / Double(paces.count)
    }

    private static func running(
        _ table: LoadAnatomy.Table,
        _ anatomy: LoadAnatomy
    ) -> [LoadAnatomy.Span] {
        anatomy.spans.filter { span in
            span.end == .running
                && (span.label == table.id || span.label.utf8.starts(with: "\(table.name) ".utf8))
        }
    }

    /// How many tasks ran at once on average, and now.
    private static func slots(_ anatomy: LoadAnatomy, after elapsed: Double) -> Double {
        let spans = anatomy.spans.compactMap { span in
            span.start.map { (start: $0, finish: span.finish ?? elapsed) }
        }
        let busy = spans.reduce(0) { $0 + max($1.finish - $1.start, 0) }
        let first = spans.map(\.start).min() ?? 0
        let length = max(elapsed - first, 0.001)
        let now = Double(anatomy.count(.running))
        return max(busy / length, now, 1)
    }

    /// It in words: `14 s`, and `± 3 s`.
    var words: (left: String, spread: String) {
        (Self.rounded(seconds), "± \(Self.rounded(spread))")
    }

    private static func rounded(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(max(Int(seconds.rounded(.up)), 1)) s"
        case ..<5_400: "\(Int((seconds / 60).rounded())) min"
        default: "\(Int((seconds / 3_600).rounded())) h"
        }
    }
}
