import Values

/// Rows put aside because a member that they reference has yet to be looked up or made, and those
/// that must not overtake them.
struct DeferredRows: ~Copyable {
    private(set) var rows: [Row] = []
    private(set) var pending: [PendingKey] = []
    /// What becomes of rows that are refused whatever their pending keys are, unless one of these is
    /// refused: it comes first.
    private(set) var verdicts: [Reject] = []
    /// Encoded rows, in which the pending keys are still to be filled in.
    private(set) var encoded = ByteSink()
    private(set) var raw = ByteSink()
    private(set) var keys = ByteSink()
    /// The source's fields of pending keys whose row may be refused, each with its length before it.
    private(set) var fields = ByteSink()
    private var verdictBytes = 0

    /// What all of it takes.
    var byteCount: Int {
        encoded.count + raw.count + keys.count + fields.count + verdictBytes
            + rows.count * MemoryLayout<Row>.stride
    }

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
        /// The place among the verdicts, -1 when there is none.
        var verdict: Int
    }

    /// A key of a row that is not known yet.
    struct PendingKey: BitwiseCopyable {
        /// The place among the program's keys.
        var key: Int
        var start: Int
        var end: Int
        var moment: Int64
        /// Where the source's fields of it are in `fields`: nowhere when they need not be shown.
        var firstField: Int
        var endField: Int
    }

    /// Notes a key of the row that is being made.
    mutating func addPending(key: Int, bytes: ByteView, moment: Int64) {
        let start = keys.count
        keys.append(bytes)
        pending.append(
            PendingKey(
                key: key,
                start: start,
                end: keys.count,
                moment: moment,
                firstField: fields.count,
                endField: fields.count
            )
        )
    }

    /// Notes a field of the source that the last pending key is made of: its row may be refused.
    mutating func addField(_ field: ByteView) {
        fields.append(bigEndian: Int32(field.count))
        fields.append(field)
        pending[pending.count - 1].endField = fields.count
    }

    /// Whether a pending key after the first `count` may refuse its row.
    func mayRefuse(after count: Int) -> Bool {
        pending[count...].contains { $0.endField > $0.firstField }
    }

    /// The source's fields of a pending key, as reasons show them; `nil` when they were not kept.
    func shown(_ key: PendingKey) -> String? {
        guard key.endField > key.firstField else { return nil }
        var shown: [String] = []
        var place = key.firstField
        while place < key.endField {
            let end = place + 4 + Int(fields.number(at: place, as: Int32.self))
            shown.append(RejectReason.shown(fields.view.part(place + 4, end)))
            place = end
        }
        return shown.joined(separator: ", ")
    }

    /// Forgets the pending keys after the first `count`: their row was refused.
    mutating func dropPending(to count: Int) {
        guard pending.count > count else { return }
        keys.truncate(to: pending[count].start)
        fields.truncate(to: pending[count].firstField)
        pending.removeSubrange(count...)
    }

    /// Puts a row aside whose pending keys are those after the first `firstPending`.
    mutating func add(
        row: ByteView,
        raw rawRow: ByteView,
        place: RowPlace,
        byteOffset: Int,
        number: Int,
        firstPending: Int,
        verdict: Reject?
    ) {
        if let verdict {
            verdicts.append(verdict)
            verdictBytes += verdict.byteCount
        }
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
                endPending: pending.count,
                verdict: verdict == nil ? -1 : verdicts.count - 1
            )
        )
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        verdicts.removeAll()
        verdictBytes = 0
        fields.truncate(to: 0)
        encoded.truncate(to: 0)
        raw.truncate(to: 0)
        keys.truncate(to: 0)
    }
}
