import Pipelines
import Synchronization
import Words

/// Rows of queries that were asked before, as long as nothing has happened to their tables.
///
/// What is kept is known by all that it follows from: the statement, its parameters, where names are looked up, the day, and a stamp of
/// its tables, made of the loads that loaded them and of what the server has counted. A load is seen at once; what somebody
/// has written past Longshore as soon as the server has counted it, which takes it some seconds at most.
final class ResultCache: Sendable {
    /// What rows follow from.
    struct Key: Hashable, Sendable {
        /// Its text, and the same with the values of its parameters.
        let statement: [ExactText]
        let schema: String
        let zone: String
        /// The day that it is.
        let day: Day
        let stamp: String
        let standings: [Seal.Standing]
    }

    private struct Kept {
        var rows: [Key: PanelRows] = [:]
        /// The one that came first first.
        var order: [Key] = []
        var bytes = 0
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    /// A cache of so many bytes of values.
    init(limit: Int = 64 << 20) { self.limit = limit }

    func rows(_ key: Key) -> PanelRows? { kept.withLock { $0.rows[key] } }

    /// Keeps rows, and lets go of those that came first as far as there is no room.
    func keep(_ rows: PanelRows, as key: Key) {
        kept.withLock { kept in
            guard kept.rows.updateValue(rows, forKey: key) == nil else { return }
            kept.order.append(key)
            kept.bytes += rows.size
            while kept.bytes > limit, kept.order.count > 1 {
                let first = kept.order.removeFirst()
                kept.bytes -= kept.rows.removeValue(forKey: first)?.size ?? 0
            }
        }
    }
}
