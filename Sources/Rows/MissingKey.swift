import Values

/// A business key that rows reference and no map has.
public struct MissingKey: Sendable, Hashable {
    /// The key as ``KeyMap`` takes it.
    public let bytes: [UInt8]
    /// The binary encoding of each of its columns, as a binary COPY takes it after the length.
    public let fields: [[UInt8]]

    init(bytes: [UInt8], columns: Int) {
        self.bytes = bytes
        guard columns > 1 else {
            fields = [bytes]
            return
        }
        var fields: [[UInt8]] = []
        var position = 0
        for _ in 0..<columns {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            fields.append(Array(bytes[position + 4..<position + 4 + length]))
            position += 4 + length
        }
        self.fields = fields
    }
}

/// Business keys without repetitions: a list for each map.
struct KeyList {
    private(set) var keys: [[MissingKey]]
    private var seen: [KeyMap]

    init(maps: Int) {
        keys = Array(repeating: [], count: maps)
        seen = Array(repeating: KeyMap(), count: maps)
    }

    /// Adds a key of some columns unless it is there.
    mutating func add(_ key: ByteView, columns: Int, map: Int) {
        guard seen[map].lookup(key, asOf: .max) == nil else { return }
        seen[map].insert(key, surrogate: 0, validFrom: .min)
        keys[map].append(MissingKey(bytes: key.array, columns: columns))
    }
}
