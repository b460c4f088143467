/// Rows put aside because a member that they reference has yet to be made.
struct DeferredRows: ~Copyable {
    private(set) var rows: [Row] = []
    private(set) var pending: [PendingKey] = []
    /// Encoded rows, in which the pending keys are still to be filled in.
    private(set) var encoded = ByteSink()
    private(set) var raw = ByteSink()
    private(set) var keys = ByteSink()

    /// A row put aside.
    struct Row: BitwiseCopyable {
        var place: RowPlace
        var byteOffset: Int
        var number: Int
        var encodedStart: Int
        var encodedEnd: Int
        var rawStart: Int
        var rawEnd: Int
        var firstPending: Int
        var endPending: Int
    }

    /// A key of a row that is not known yet.
    struct PendingKey: BitwiseCopyable {
        /// The place among the program's keys.
        var key: Int
        var start: Int
        var end: Int
        var moment: Int64
    }

    /// Notes a key of the row that is being made.
    mutating func addPending(key: Int, bytes: ByteView, moment: Int64) {
        let start = keys.count
        keys.append(bytes)
        pending.append(PendingKey(key: key, start: start, end: keys.count, moment: moment))
    }

    /// Forgets the pending keys after the first `count`: their row was refused.
    mutating func dropPending(to count: Int) {
        guard pending.count > count else { return }
        keys.truncate(to: pending[count].start)
        pending.removeSubrange(count...)
    }

    /// Puts a row aside whose pending keys are those after the first `firstPending`.
    mutating func add(
        row: ByteView,
        raw rawRow: ByteView,
        place: RowPlace,
        byteOffset: Int,
        number: Int,
        firstPending: Int
    ) {
        let (encodedStart, rawStart) = (encoded.count, raw.count)
        encoded.append(row)
        raw.append(rawRow)
        rows.append(
            Row(
                place: place,
                byteOffset: byteOffset,
                number: number,
                encodedStart: encodedStart,
                encodedEnd: encoded.count,
                rawStart: rawStart,
                rawEnd: raw.count,
                firstPending: firstPending,
                endPending: pending.count
            )
        )
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        encoded.truncate(to: 0)
        raw.truncate(to: 0)
        keys.truncate(to: 0)
    }
}

/// A business key that rows reference and no member has.
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
