import Rows
import Synchronization

/// The key maps that a process has loaded, by dimension: shared by its slots, never changed.
public final class KeyMapCache: Sendable {
    private struct Entry {
        let revision: Int64
        let map: KeyMap
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// An empty cache.
    public init() {}

    /// The map of a dimension's table as it was at `revision`.
    func map(of table: String, revision: Int64) -> KeyMap? {
        entries.withLock { entries in
            entries[table].flatMap { $0.revision == revision ? $0.map : nil }
        }
    }

    /// Keeps a map, unless a newer one is there.
    func keep(_ map: KeyMap, of table: String, revision: Int64) {
        entries.withLock { entries in
            if let known = entries[table], known.revision > revision { return }
            entries[table] = Entry(revision: revision, map: map)
        }
    }
}
