import Words

@testable import Rows

/// What became of one value.
enum Encoded: Equatable {
    case value([UInt8])
    case null
    case rejected(rule: String, reason: String)

    var bytes: [UInt8]? {
        guard case .value(let bytes) = self else { return nil }
        return bytes
    }

    var rule: String? {
        guard case .rejected(let rule, _) = self else { return nil }
        return rule
    }

    var reason: String? {
        guard case .rejected(_, let reason) = self else { return nil }
        return reason
    }

    /// The value as text.
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The value as a whole number in network order.
    var number: Int64? {
        bytes.map { bytes in
            let bits = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            return bytes.count == 4
                ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        }
    }
}

/// Sends one field through an encoder of one column.
func encode(
    _ text: String,
    as type: ColumnType,
    cleaning: [CleaningStep] = [],
    rules: [Rule] = [],
    zones: [String: ZoneTable] = [:],
    known: SourceType? = nil,
    tellingNumbers: Bool = false,
    isQuoted: Bool = false,
    reading: ReadingRules = ReadingRules()
) throws -> Encoded {
    try encode(
        bytes: Array(text.utf8),
        as: type,
        cleaning: cleaning,
        rules: rules,
        zones: zones,
        known: known,
        tellingNumbers: tellingNumbers,
        isQuoted: isQuoted,
        reading: reading
    )
}

/// Sends the bytes of one field through an encoder of one column.
func encode(
    bytes: [UInt8],
    as type: ColumnType,
    cleaning: [CleaningStep] = [],
    rules: [Rule] = [],
    zones: [String: ZoneTable] = [:],
    known: SourceType? = nil,
    tellingNumbers: Bool = false,
    isQuoted: Bool = false,
    reading: ReadingRules = ReadingRules()
) throws -> Encoded {
    let plan = ValuePlan(
        name: "v",
        source: "v",
        type: type,
        cleaning: cleaning,
        rules: rules,
        reading: reading
    )
    var encoder = try RowEncoder(
        layout: RowLayout([.value(plan)]),
        header: ["v"],
        types: [known],
        zones: zones
    )
    var batch = RowBatch(bytes: bytes)
    batch.tellsNumbers = tellingNumbers
    batch.fields = [RowBatch.FieldSlice(start: 0, length: bytes.count, wasQuoted: isQuoted)]
    batch.rows = [
        RowBatch.Row(
            firstField: 0,
            fieldCount: 1,
            line: 2,
            byteOffset: 2,
            rawStart: 0,
            rawLength: bytes.count
        )
    ]
    var keys = KeyMaps()
    var copy: [UInt8] = []
    var rejects: [Reject] = []
    let next = encoder.encode(batch, from: 0, keys: &keys, into: &copy, rejects: &rejects)
    precondition(next == 1, "the only row is encoded")
    if let reject = rejects.first { return .rejected(rule: reject.rule, reason: reject.reason) }
    guard let value = tuples(copy).first?.first else { return .null }
    return value.map(Encoded.value) ?? .null
}

/// Takes the tuples of a binary COPY apart; a null is `nil`.
func tuples(_ copy: [UInt8]) -> [[[UInt8]?]] {
    var rows: [[[UInt8]?]] = []
    var position = 0
    func number(_ size: Int) -> Int {
        defer { position += size }
        let bits = copy[position..<position + size].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return size == 2
            ? Int(Int16(truncatingIfNeeded: bits)) : Int(Int32(truncatingIfNeeded: bits))
    }
    while position < copy.count {
        var row: [[UInt8]?] = []
        for _ in 0..<number(2) {
            let length = number(4)
            guard length >= 0 else {
                row.append(nil)
                continue
            }
            row.append(Array(copy[position..<position + length]))
            position += length
        }
        rows.append(row)
    }
    return rows
}

/// The eight bytes of a number in network order.
func bigEndian(_ number: Int64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
}

/// A batch of records of texts, on lines from 2 on.
func batch(_ rows: [[String]], firstLine: Int = 2, input: Int = 0) -> RowBatch {
    var batch = RowBatch(input: input, inputName: "file\(input).csv")
    for (index, row) in rows.enumerated() { batch.append(row, line: firstLine + index) }
    return batch
}

/// A plan of a column that is called like its source's.
func plan(
    _ name: String,
    _ type: ColumnType,
    _ cleaning: [CleaningStep] = [],
    _ rules: [Rule] = []
) -> ValuePlan {
    ValuePlan(name: name, source: ExactText(name), type: type, cleaning: cleaning, rules: rules)
}

/// An encoder with all that goes in and comes out of it.
struct Harness: ~Copyable {
    var encoder: RowEncoder
    var keys: KeyMaps
    var copy: [UInt8] = []
    var rejects: [Reject] = []

    init(_ encoder: consuming RowEncoder, keys: KeyMaps = KeyMaps()) {
        self.encoder = encoder
        self.keys = keys
    }

    mutating func encode(_ batch: RowBatch) {
        let batch = encoder.prepared(batch)
        var next = 0
        while next < batch.rows.count { next = encode(batch, from: next) }
    }

    /// Encodes as many rows as are enough at once, and gives the place of the next one.
    mutating func encode(_ batch: RowBatch, from first: Int) -> Int {
        encoder.encode(batch, from: first, keys: &keys, into: &copy, rejects: &rejects)
    }

    mutating func encodeDeferred() {
        encoder.encodeDeferred(keys: &keys, into: &copy, rejects: &rejects)
    }

    /// Read, loaded, rejected, deduplicated.
    var counts: [Int] {
        let counts = encoder.counts
        return [counts.read, counts.loaded, counts.rejected, counts.deduplicated]
    }
}
