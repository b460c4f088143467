import Values

/// The rows seen in this task by what identifies them, to find those that come twice.
///
/// A row's grain is kept as a keyed hash of 128 bits: in a task of 100 million rows, the odds that
/// two different grains are taken for one are below 1 in 10²². Memory is 32 bytes a slot; where it has a limit, all rows
/// are forgotten when it is reached, and who wants to know of the others has to look elsewhere.
struct GrainTable: ~Copyable {
    private var slots: [Slot]
    private var count = 0
    private let mostSlots: Int
    /// Whether rows were forgotten.
    private(set) var hasForgotten = false
    private let hashing = ByteHash()

    /// What a row is to the rows before it.
    enum Standing: Equatable {
        case new
        /// All columns are equal to those of an earlier row.
        case same
        /// An earlier row has the same grain and other values.
        case different(first: RowPlace)
    }

    private struct Slot: BitwiseCopyable {
        var grain = WideHash(first: 0, second: 0)
        var row: UInt64 = 0
        /// The row's place, plus 1: a slot of all zeros is empty.
        var place: UInt64 = 0
    }

    private static let fewestSlots = 1024

    /// A table that takes so many bytes at most, but for what it begins with.
    init(memory: Int = .max) {
        mostSlots = memory / MemoryLayout<Slot>.stride
        slots = Array(repeating: Slot(), count: Self.fewestSlots)
    }

    /// Adds a row unless its grain is there already.
    mutating func admit(grain: ByteView, row: ByteView, place: RowPlace) -> Standing {
        if (count + 1) * 4 > slots.count * 3 { makeRoom() }
        let key = hashing.wideHash(grain)
        let content = hashing.hash(row)
        let index = slot(of: key)
        let standing = standing(of: content, at: index)
        guard standing == .new else { return standing }
        slots[index] = Slot(grain: key, row: content, place: place.packed &+ 1)
        count &+= 1
        return .new
    }

    /// What ``admit(grain:row:place:)`` would say, without adding the row.
    func standing(grain: ByteView, row: ByteView) -> Standing {
        standing(of: hashing.hash(row), at: slot(of: hashing.wideHash(grain)))
    }

    /// The slot of a grain, or the empty one where it would go.
    @inline(__always)
    private func slot(of key: WideHash) -> Int {
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: key.first) & mask
        while slots[index].place != 0, slots[index].grain != key { index = (index &+ 1) & mask }
        return index
    }

    @inline(__always)
    private func standing(of content: UInt64, at index: Int) -> Standing {
        if slots[index].place == 0 { return .new }
        if slots[index].row == content { return .same }
        return .different(first: RowPlace(packed: slots[index].place &- 1))
    }

    private mutating func makeRoom() {
        guard slots.count * 2 > mostSlots else { return grow() }
        for index in slots.indices { slots[index] = Slot() }
        count = 0
        hasForgotten = true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.place != 0 {
            var index = Int(truncatingIfNeeded: slot.grain.first) & mask
            while slots[index].place != 0 { index = (index &+ 1) & mask }
            slots[index] = slot
        }
    }
}

/// Where a row comes from: an input and a line.
struct RowPlace: Equatable, BitwiseCopyable {
    let packed: UInt64

    init(input: Int, line: Int) {
        packed = UInt64(truncatingIfNeeded: input) << 44 | UInt64(line) & 0xfff_ffff_ffff
    }

    init(packed: UInt64) {
        self.packed = packed
    }

    var input: Int { Int(packed >> 44) }
    var line: Int { Int(packed & 0xfff_ffff_ffff) }
}
