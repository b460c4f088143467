import Values

/// Which surrogate key stands for which business key: a compact hash table over raw bytes.
///
/// A key is the concatenation of its columns' binary encodings as `COPY … (FORMAT binary)` gives
/// them; when there are several columns, each encoding is preceded by its length in four bytes, in
/// network order. A key may have several versions (scd 2), each of which holds from its start until
/// the next one's; before the first version, the first one answers.
public struct KeyMap: Sendable {
    /// Open addressing with linear probing, at most three quarters full.
    ///
    /// Most look-ups of keys of up to eight bytes touch one cache line.
    private var slots: [Slot]
    private var versions: [Version] = []
    /// The bytes of keys longer than eight, one after the other.
    private var longKeys: [UInt8] = []
    private let hashing = ByteHash()

    /// The number of keys, whatever the number of their versions.
    public private(set) var count = 0

    private struct Slot: BitwiseCopyable {
        /// The key's bytes when there are at most eight; else their place in `longKeys` in the lower
        /// 40 bits and a part of their hash in the upper 24.
        var content: UInt64 = 0
        var surrogate: Int64 = 0
        /// The number of the key's bytes, -1 when the slot is empty.
        var length: Int32 = -1
        /// The place of the newest version in `versions`; -1 when there is only one, always valid.
        var newest: Int32 = -1
    }

    private struct Version: BitwiseCopyable {
        var start: Int64
        var surrogate: Int64
        /// The place of the version before it, -1 when it is the first.
        var older: Int32
    }

    private static let placeBits: UInt64 = 40
    private static let placeMask: UInt64 = 1 << placeBits - 1

    /// Creates an empty map with room for some keys.
    public init(minimumCapacity: Int = 0) {
        slots = Array(repeating: Slot(), count: Self.slotCount(for: minimumCapacity))
    }

    private static func slotCount(for keys: Int) -> Int {
        var slotCount = 16
        while keys * 4 > slotCount * 3 { slotCount *= 2 }
        return slotCount
    }

    /// Creates an empty map with room for what it will hold.
    public init(size: Size) {
        self.init(minimumCapacity: size.keys)
        versions.reserveCapacity(size.versions)
        longKeys.reserveCapacity(size.longKeyBytes)
    }

    /// How much a map holds.
    public struct Size: Sendable, Hashable {
        /// Business keys.
        public var keys: Int
        /// Versions with a start of their own: none where members have no versions.
        public var versions: Int
        /// The bytes of all keys that are longer than eight.
        public var longKeyBytes: Int

        /// Creates a size.
        public init(keys: Int, versions: Int = 0, longKeyBytes: Int = 0) {
            self.keys = keys
            self.versions = versions
            self.longKeyBytes = longKeyBytes
        }

        /// The memory that a map of this size takes, in bytes.
        public var memoryBytes: Int {
            KeyMap.slotCount(for: keys) * MemoryLayout<Slot>.stride
                + versions * MemoryLayout<Version>.stride + longKeyBytes
        }
    }

    /// The memory its tables take, in bytes.
    public var memoryBytes: Int {
        slots.capacity * MemoryLayout<Slot>.stride
            + versions.capacity * MemoryLayout<Version>.stride + longKeys.capacity
    }

    /// Adds a key that has one version, or replaces it.
    public mutating func insert(_ key: Span<UInt8>, surrogate: Int64) {
        insert(key, surrogate: surrogate, validFrom: .min)
    }

    /// Adds a version of a key, or replaces the one with the same start.
    ///
    /// - Parameters:
    ///   - key: The business key.
    ///   - surrogate: The surrogate key that stands for it.
    ///   - validFrom: Microseconds since 2000-01-01 UTC; `Int64.min` for minus infinity.
    public mutating func insert(_ key: Span<UInt8>, surrogate: Int64, validFrom: Int64) {
        withView(of: key) { insert($0, surrogate: surrogate, validFrom: validFrom) }
    }

    /// The surrogate key of a business key.
    ///
    /// - Parameters:
    ///   - key: The business key.
    ///   - moment: Decides the version, in microseconds since 2000-01-01 UTC.
    /// - Returns: The surrogate key; `nil` when the business key is unknown.
    public func lookup(_ key: Span<UInt8>, asOf moment: Int64 = .max) -> Int64? {
        withView(of: key) { lookup($0, asOf: moment) }
    }

    mutating func insert(_ key: ByteView, surrogate: Int64, validFrom: Int64) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let hash = hashing.hash(key)
        let index = place(of: key, hash: hash)
        let version = Version(start: validFrom, surrogate: surrogate, older: -1)
        guard slots[index].length < 0 else { return addVersion(version, to: index) }
        let isShort = key.count <= 8
        let content = isShort ? Self.packed(key) : Self.packed(place: longKeys.count, hash: hash)
        if !isShort { longKeys.append(contentsOf: key.array) }
        slots[index] = Slot(content: content, surrogate: surrogate, length: Int32(key.count))
        count += 1
        if validFrom != .min {
            slots[index].newest = Int32(versions.count)
            versions.append(version)
        }
    }

    @inline(__always)
    func lookup(_ key: ByteView, asOf moment: Int64) -> Int64? {
        let slot = slots[place(of: key, hash: hashing.hash(key))]
        if slot.length < 0 { return nil }
        if slot.newest < 0 { return slot.surrogate }
        return surrogate(of: slot, asOf: moment)
    }

    private func surrogate(of slot: Slot, asOf moment: Int64) -> Int64 {
        var version = versions[Int(slot.newest)]
        while version.start > moment && version.older >= 0 {
            version = versions[Int(version.older)]
        }
        return version.surrogate
    }

    /// The slot of a key, or the empty one where it belongs.
    @inline(__always)
    private func place(of key: ByteView, hash: UInt64) -> Int {
        let mask = slots.count &- 1
        let content = key.count <= 8 ? Self.packed(key) : 0
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot.length < 0 { return index }
            if Int(slot.length) == key.count {
                let isFound =
                    key.count <= 8 ? slot.content == content : holds(slot, key, hash: hash)
                if isFound { return index }
            }
            index = (index &+ 1) & mask
        }
    }

    /// Whether a slot's long key is `key`, which is as long.
    private func holds(_ slot: Slot, _ key: ByteView, hash: UInt64) -> Bool {
        guard (slot.content ^ hash) >> Self.placeBits == 0 else { return false }
        let start = Int(slot.content & Self.placeMask)
        return withView(of: longKeys) { $0.part(start, start + key.count).equals(key) }
    }

    @inline(__always)
    private static func packed(_ key: ByteView) -> UInt64 {
        key.count == 8 ? key.word(at: 0) : key.shortWord(at: 0)
    }

    private static func packed(place: Int, hash: UInt64) -> UInt64 {
        precondition(UInt64(place) <= placeMask, "a key map holds at most 1 TiB of long keys")
        return UInt64(place) | hash & ~placeMask
    }

    /// Keeps a key's versions in a list from the newest to the oldest.
    private mutating func addVersion(_ version: Version, to index: Int) {
        if slots[index].newest < 0 {
            slots[index].newest = Int32(versions.count)
            versions.append(Version(start: .min, surrogate: slots[index].surrogate, older: -1))
        }
        var newer: Int32 = -1
        var current = slots[index].newest
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
        if newer < 0 { slots[index].newest = added } else { versions[Int(newer)].older = added }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.length >= 0 {
            var index = Int(truncatingIfNeeded: hash(of: slot)) & mask
            while slots[index].length >= 0 { index = (index &+ 1) & mask }
            slots[index] = slot
        }
    }

    private func hash(of slot: Slot) -> UInt64 {
        let length = Int(slot.length)
        guard length <= 8 else {
            let start = Int(slot.content & Self.placeMask)
            return withView(of: longKeys) { hashing.hash($0.part(start, start + length)) }
        }
        return hashing.hash(packed: slot.content, count: length)
    }
}
