import Latches
import Rows
import Synchronization

/// The key maps that a process has loaded, by dimension: shared by its slots, never changed.
///
/// All of them together stay under a limit. The one that was used longest ago makes room for another;
/// one that a task uses is never let go of. A map that does not fit is not loaded.
public final class KeyMapCache: Sendable {
    /// The limit when none is declared: 512 MiB.
    public static let standardLimit = 512 << 20

    private struct State {
        var shelf: KeyMapShelf
        /// Where slots wait for the end of what another one is loading, by table.
        var ends: [String: Latch] = [:]

        /// Where the end of a table's load is waited for; `nil` when it is not being loaded.
        mutating func end(of table: String) -> Latch? {
            guard shelf.isLoading(table) else { return nil }
            let end = ends[table] ?? Latch()
            ends[table] = end
            return end
        }
    }

    private let state: Mutex<State>

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - memoryLimit: the memory that maps may take together, in bytes; with 0 none is
    ///     loaded.
    ///   - smallMap: of how many members a map is loaded for any row that refers to it.
    public init(memoryLimit: Int = KeyMapCache.standardLimit, smallMap: Int = 50_000) {
        state = Mutex(State(shelf: KeyMapShelf(limit: memoryLimit, smallMap: smallMap)))
    }

    /// What it has done so far, and the memory that it takes.
    public var statistics: KeyMapStatistics { state.withLock { $0.shelf.statistics } }

    /// The map of a dimension's table as it was at `revision`: from the cache, or loaded, once for
    /// all slots that ask.
    ///
    /// - Parameters:
    ///   - table: the table's qualified name.
    ///   - revision: which changes of the table it has seen.
    ///   - size: asks how large the map would be.
    ///   - read: loads the map, which is about that large.
    /// - Returns: the map; `nil` when it does not fit.
    /// - Throws: what `size` or `read` throws; `CancellationError` when it is cancelled while it waits.
    func map(
        of table: String,
        revision: String,
        size: () async throws -> KeyMap.Size,
        read: (KeyMap.Size) async throws -> KeyMap
    ) async throws -> HeldKeyMap? {
        while true {
            switch state.withLock({ $0.shelf.take(table, revision: revision) }) {
            case .ready(let place, let map): return HeldKeyMap(map, at: place, in: self)
            case .tooLarge: return nil
            case .loading: try await wait(for: table)
            case .toBeLoaded:
                defer { finish(table) }
                let size = try await size()
                return try await load(table, revision: revision, size: size, read)
            }
        }
    }

    /// Whether a map is there, or is loaded by now, or it pays to load it for a task of which nobody knows how many
    /// rows it has.
    func isWorthLoading(_ table: String, revision: String, members: Int) -> Bool {
        state.withLock { $0.shelf.isWorthLoading(table, revision: revision, members: members) }
    }

    /// Says that keys of a table were looked up in Postgres.
    func note(lookedUp keys: Int, in table: String) {
        state.withLock { $0.shelf.note(lookedUp: keys, in: table) }
    }

    private func load(
        _ table: String,
        revision: String,
        size: KeyMap.Size,
        _ read: (KeyMap.Size) async throws -> KeyMap
    ) async throws -> HeldKeyMap? {
        let reserved = state.withLock {
            $0.shelf.reserve(size.memoryBytes, for: table, revision: revision)
        }
        guard let place = reserved else { return nil }
        do {
            let map = try await read(size)
            state.withLock { $0.shelf.fill(place, with: map) }
            return HeldKeyMap(map, at: place, in: self)
        } catch {
            state.withLock { $0.shelf.clear(place) }
            throw error
        }
    }

    /// Lets those who wait look again.
    private func finish(_ table: String) {
        let end = state.withLock { state in
            state.shelf.finishLoading(table)
            return state.ends.removeValue(forKey: table)
        }
        end?.open()
    }

    /// Returns when the load of a table's map has ended; throws when the waiting task is cancelled.
    private func wait(for table: String) async throws {
        await state.withLock { $0.end(of: table) }?.wait()
        try Task.checkCancellation()
    }

    fileprivate func release(_ place: Int) {
        state.withLock { $0.shelf.release(place) }
    }
}

/// A key map that somebody uses: it is counted, and stays in memory, until this is let go of.
final class HeldKeyMap: Sendable {
    let map: KeyMap
    private let place: Int
    private let cache: KeyMapCache

    fileprivate init(_ map: KeyMap, at place: Int, in cache: KeyMapCache) {
        self.map = map
        self.place = place
        self.cache = cache
    }

    deinit {
        cache.release(place)
    }
}
