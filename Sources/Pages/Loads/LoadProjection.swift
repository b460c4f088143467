import Ledger

/// What the slots of a load will do next, as far as its tasks until now tell.
///
/// What runs takes as long as tasks of its table took; what is still to be done goes to the slot that is free first, in the
/// order of the plan.
struct LoadProjection {
    /// A task, or the rest of one, that is expected.
    struct Bar: Sendable, Hashable {
        /// The table's name.
        let label: String
        /// Seconds from the load's creation.
        let start: Double
        let end: Double
    }

    /// The bars of each slot.
    let bars: [[Bar]]
    /// Where the last of them ends.
    var end: Double? { bars.joined().map(\.end).max() }

    private static let mostBars = 120

    /// - Parameters:
    ///   - slots: What each slot does now; `nil` where it is free.
    ///   - anatomy: The load.
    ///   - now: Seconds from the load's creation.
    init(_ slots: [LoadAnatomy.Span?], _ anatomy: LoadAnatomy, now: Double) {
        // The past keeps half of the picture.
        let horizon = now + max(now, 10)
        var bars = slots.map { slot in
            slot.flatMap { Self.rest(of: $0, anatomy, now: now) }.map { [$0] } ?? []
        }
        var free = bars.map { $0.first?.end ?? now }
        let waiting = anatomy.tables.lazy.flatMap { table in
            repeatElement(table, count: table.waiting)
        }
        for table in waiting.prefix(Self.mostBars) {
            guard let pace = table.likelyPace,
                let slot = free.indices.min(by: { free[$0] < free[$1] }), free[slot] < horizon
            else { break }
            bars[slot].append(Bar(label: table.name, start: free[slot], end: free[slot] + pace))
            free[slot] += pace
        }
        self.bars = bars.map { $0.compactMap { $0.cut(at: horizon) } }
    }

    private static func rest(
        of span: LoadAnatomy.Span,
        _ anatomy: LoadAnatomy,
        now: Double
    ) -> Bar? {
        guard let start = span.start,
            let pace = anatomy.tables.first(where: { $0.has(span) })?.likelyPace,
            start + pace > now
        else { return nil }
        return Bar(label: span.label, start: now, end: start + pace)
    }
}

extension LoadProjection.Bar {
    fileprivate func cut(at horizon: Double) -> Self? {
        start < horizon ? Self(label: label, start: start, end: min(end, horizon)) : nil
    }
}

extension LoadAnatomy.Table {
    /// Seconds of a task, as those of this load or of those before have taken.
    fileprivate var likelyPace: Double? { pace ?? earlierPace }

    /// Tasks that are to be done and do not run.
    fileprivate var waiting: Int {
        tasks.reduce(0) { $1.key.isOpen && $1.key != .running ? $0 + $1.value : $0 }
    }

    /// Whether an attempt is at a task of this table.
    fileprivate func has(_ span: LoadAnatomy.Span) -> Bool {
        span.label == name || span.label.utf8.starts(with: "\(name) ".utf8)
    }
}
