/// Which surrogate key stands for which business key: a compact hash table over raw bytes.
///
/// A key is the concatenation of its columns' binary encodings as `COPY … (FORMAT binary)` gives
/// them; when there are several columns, each encoding is preceded by its length in four bytes, in
/// network order. A key may have several versions (scd 2), each of which holds from its start until
/// the next one's; before the first version, the first one answers.
public struct KeyMap: Sendable {
    /// Open addressing: the upper half is a part of the hash, the lower an entry's place plus 1.
    private var slots: [UInt64]
    private var entries: [Entry] = []
    private var versions: [Version] = []
    /// The bytes of keys longer than eight, one after the other.
    private var longKeys: [UInt8] = []
    private let hashing = ByteHash()

    /// Short keys lie in the entry itself, so that most look-ups touch two cache lines.
    private struct Entry: BitwiseCopyable {
        /// The key's bytes when there are at most eight, else their place in `longKeys`.
        var content: UInt64
        var length: Int32
        /// The place of the newest version in `versions`; -1 when there is only one, always valid.
        var newest: Int32
        var surrogate: Int64
    }

    private struct Version: BitwiseCopyable {
        var start: Int64
        var surrogate: Int64
        /// The place of the version before it, -1 when it is the first.
        var older: Int32
    }

    /// Creates an empty map with room for some keys.
    public init(minimumCapacity: Int = 0) {
        slots = Array(repeating: 0, count: Self.slotCount(for: minimumCapacity))
        entries.reserveCapacity(minimumCapacity)
    }

    /// The number of keys, whatever the number of their versions.
    public var count: Int { entries.count }

    /// The memory its tables take, in bytes.
    public var memoryBytes: Int {
        slots.capacity * MemoryLayout<UInt64>.stride
            + entries.capacity * MemoryLayout<Entry>.stride
            + versions.capacity * MemoryLayout<Version>.stride + longKeys.capacity
    }

    /// Adds a key that has one version, or replaces it.
    public mutating func insert(_ key: Span<UInt8>, surrogate: Int64) {
        insert(key, surrogate: surrogate, validFrom: .min)
    }

    /// Adds a version of a key, or replaces the one with the same start.
    ///
    /// - Parameter validFrom: Microseconds since 2000-01-01 UTC; `Int64.min` for minus infinity.
    public mutating func insert(_ key: Span<UInt8>, surrogate: Int64, validFrom: Int64) {
        withView(of: key) { insert($0, surrogate: surrogate, validFrom: validFrom) }
    }

    /// The surrogate key of a business key.
    ///
    /// - Parameter moment: Decides the version, in microseconds since 2000-01-01 UTC.
    public func lookup(_ key: Span<UInt8>, asOf moment: Int64 = .max) -> Int64? {
        withView(of: key) { lookup($0, asOf: moment) }
    }

    mutating func insert(_ key: ByteView, surrogate: Int64, validFrom: Int64) {
        let hash = hashing.hash(key)
        if let place = place(of: key, hash: hash) {
            addVersion(Version(start: validFrom, surrogate: surrogate, older: -1), to: place)
            return
        }
        if (entries.count + 1) * 4 > slots.count * 3 { growSlots() }
        append(key, surrogate: surrogate)
        fillSlot(hash: hash, entry: entries.count - 1)
        if validFrom != .min {
            entries[entries.count - 1].newest = Int32(versions.count)
            versions.append(Version(start: validFrom, surrogate: surrogate, older: -1))
        }
    }

    @inline(__always)
    func lookup(_ key: ByteView, asOf moment: Int64) -> Int64? {
        guard let place = place(of: key, hash: hashing.hash(key)) else { return nil }
        let entry = entries[place]
        if entry.newest < 0 { return entry.surrogate }
        return version(of: entry, asOf: moment)
    }

    private func version(of entry: Entry, asOf moment: Int64) -> Int64 {
        var version = versions[Int(entry.newest)]
        while version.start > moment && version.older >= 0 {
            version = versions[Int(version.older)]
        }
        return version.surrogate
    }

    /// The place of a key's entry.
    @inline(__always)
    private func place(of key: ByteView, hash: UInt64) -> Int? {
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot == 0 { return nil }
            if (slot ^ hash) >> 32 == 0 {
                let place = Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1
                if holds(key, entry: entries[place]) { return place }
            }
            index = (index &+ 1) & mask
        }
    }

    @inline(__always)
    private func holds(_ key: ByteView, entry: Entry) -> Bool {
        guard Int(entry.length) == key.count else { return false }
        if key.count <= 8 { return entry.content == Self.packed(key) }
        return longKey(entry, equals: key)
    }

    private func longKey(_ entry: Entry, equals key: ByteView) -> Bool {
        let start = Int(entry.content)
        return withView(of: longKeys) { $0.part(start, start + key.count).equals(key) }
    }

    @inline(__always)
    private static func packed(_ key: ByteView) -> UInt64 {
        key.count == 8 ? key.word(at: 0) : key.shortWord(at: 0)
    }

    private mutating func append(_ key: ByteView, surrogate: Int64) {
        let isShort = key.count <= 8
        let content = isShort ? Self.packed(key) : UInt64(longKeys.count)
        if !isShort { longKeys.append(contentsOf: key.array) }
        entries.append(
            Entry(content: content, length: Int32(key.count), newest: -1, surrogate: surrogate)
        )
    }

    /// Keeps a key's versions in a list from the newest to the oldest.
    private mutating func addVersion(_ version: Version, to place: Int) {
        if entries[place].newest < 0 {
            entries[place].newest = Int32(versions.count)
            versions.append(
                Version(start: .min, surrogate: entries[place].surrogate, older: -1)
            )
        }
        var newer: Int32 = -1
        var current = entries[place].newest
        while current >= 0 && versions[Int(current)].start > version.start {
            newer = current
            current = versions[Int(current)].older
        }
        if current >= 0 && versions[Int(current)].start == version.start {
            versions[Int(current)].surrogate = version.surrogate
            return
        }
        versions.append(Version(start: version.start, surrogate: version.surrogate, older: current))
        let added = Int32(versions.count - 1)
        if newer < 0 { entries[place].newest = added } else { versions[Int(newer)].older = added }
    }

    private mutating func fillSlot(hash: UInt64, entry: Int) {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index] != 0 { index = (index &+ 1) & mask }
        slots[index] = (hash & 0xffff_ffff_0000_0000) | UInt64(entry + 1)
    }

    private mutating func growSlots() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for place in entries.indices {
            fillSlot(hash: hash(ofEntry: place), entry: place)
        }
    }

    private func hash(ofEntry place: Int) -> UInt64 {
        let entry = entries[place]
        let length = Int(entry.length)
        guard length <= 8 else {
            let start = Int(entry.content)
            return withView(of: longKeys) { hashing.hash($0.part(start, start + length)) }
        }
        return unsafe withUnsafeBytes(of: entry.content.littleEndian) { raw in
            unsafe raw.withMemoryRebound(to: UInt8.self) { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return unsafe hashing.hash(ByteView(base: base, count: length))
            }
        }
    }

    /// The smallest power of two that leaves a quarter of the slots empty.
    private static func slotCount(for entries: Int) -> Int {
        var count = 16
        while entries * 4 > count * 3 { count *= 2 }
        return count
    }
}
