import Rows

/// Which key maps a process has and how much memory they take: rules only, without locks or I/O.
struct KeyMapShelf {
    /// What somebody who asks for a map is to do.
    enum Answer {
        /// Use it; it is held until it is released.
        case ready(place: Int, KeyMap)
        /// Load it; nobody else does until that is finished.
        case toBeLoaded
        /// Wait for the one who loads it, and ask again.
        case loading
        /// Do without: it is larger than all the memory there is for maps.
        case tooLarge
    }

    private struct Entry {
        let table: String
        let revision: String
        /// `nil` while it is being loaded.
        var map: KeyMap?
        var bytes: Int
        var holders = 1
        var lastUse: Int
    }

    private let limit: Int
    private var entries: [Int: Entry] = [:]
    private var loading: Set<String> = []
    /// The maps that are larger than the limit, by table, with the revision at which they were.
    private var tooLarge: [String: String] = [:]
    /// How many keys were looked up in Postgres, by table.
    private var lookedUp: [String: Int] = [:]
    private var clock = 0
    private(set) var statistics = KeyMapStatistics()
    private let smallMap: Int

    /// To look a key up in Postgres, by an index, takes about as long as to read sixteen members into a map.
    private static let membersPerLookup = 16

    init(limit: Int, smallMap: Int = 0) {
        self.limit = limit
        self.smallMap = smallMap
    }

    /// Whether to load a map rather than to look keys up as long as there are few: once as much time went into that
    /// as into loading it, it is loaded.
    func isWorthLoading(_ table: String, revision: String, members: Int) -> Bool {
        members <= smallMap || loading.contains(table)
            || lookedUp[table, default: 0] >= members / Self.membersPerLookup
            || entries.values.contains { $0.table == table && $0.revision == revision }
    }

    mutating func note(lookedUp keys: Int, in table: String) {
        lookedUp[table, default: 0] += keys
    }

    mutating func take(_ table: String, revision: String) -> Answer {
        if limit == 0 || tooLarge[table] == revision {
            statistics.leftToPostgres += 1
            return .tooLarge
        }
        for (place, entry) in entries where entry.table == table && entry.revision == revision {
            guard let map = entry.map else { continue }
            clock += 1
            entries[place]?.holders += 1
            entries[place]?.lastUse = clock
            statistics.reused += 1
            return .ready(place: place, map)
        }
        return loading.insert(table).inserted ? .toBeLoaded : .loading
    }

    /// Makes room for a map that is going to be loaded.
    ///
    /// - Returns: its place; `nil` when it does not fit beside the maps in use.
    mutating func reserve(_ bytes: Int, for table: String, revision: String) -> Int? {
        let inUse = entries.values.filter { $0.holders > 0 }.reduce(0) { $0 + $1.bytes }
        guard inUse + bytes <= limit else {
            if bytes > limit { tooLarge[table] = revision }
            statistics.leftToPostgres += 1
            return nil
        }
        for (place, entry) in entries where entry.table == table && entry.holders == 0 {
            remove(place)
        }
        makeRoom(for: bytes)
        clock += 1
        entries[clock] = Entry(table: table, revision: revision, bytes: bytes, lastUse: clock)
        statistics.bytes += bytes
        return clock
    }

    /// Puts a map that has been loaded into its place.
    mutating func fill(_ place: Int, with map: KeyMap) {
        guard let reserved = entries[place]?.bytes else { return }
        entries[place]?.map = map
        entries[place]?.bytes = map.memoryBytes
        statistics.bytes += map.memoryBytes - reserved
        statistics.loaded += 1
        makeRoom(for: 0)
    }

    /// Takes back the place of a map that could not be loaded.
    mutating func clear(_ place: Int) {
        remove(place)
    }

    mutating func release(_ place: Int) {
        entries[place]?.holders -= 1
    }

    func isLoading(_ table: String) -> Bool { loading.contains(table) }

    mutating func finishLoading(_ table: String) {
        loading.remove(table)
    }

    /// Lets go of maps that nobody uses, those used longest ago first, until `bytes` more fit.
    private mutating func makeRoom(for bytes: Int) {
        while statistics.bytes + bytes > limit {
            let oldest = entries.filter { $0.value.holders == 0 }
                .min { $0.value.lastUse < $1.value.lastUse }
            guard let oldest else { return }
            statistics.evicted += 1
            remove(oldest.key)
        }
    }

    private mutating func remove(_ place: Int) {
        guard let entry = entries.removeValue(forKey: place) else { return }
        statistics.bytes -= entry.bytes
    }
}

/// What a ``KeyMapCache`` has done, and what it holds.
public struct KeyMapStatistics: Sendable, Hashable {
    /// Maps that were loaded.
    public var loaded = 0
    /// Times that a map was there already.
    public var reused = 0
    /// Times that a map did not fit, so that keys were looked up in Postgres.
    public var leftToPostgres = 0
    /// Maps that made room for others.
    public var evicted = 0
    /// The memory of the maps that it holds, in bytes.
    public var bytes = 0
}
