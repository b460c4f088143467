import Rows

/// Makes rows of objects of JSON, one after the other, over bytes that come in pieces.
struct JSONRecords: Sendable {
    let columns: JSONColumns
    private let name: String
    private let input: Int
    private let limits: CSVLimits

    private var shape: JSONShape
    private var cursor = JSONCursor()
    /// Of each node, the last record that has had it.
    private var stamps: [UInt32]
    /// Of each node, whether a string, a number or the like is its column's value.
    private let isPlain: [Bool]
    private var record: UInt32 = 0

    private var fields: [RowBatch.FieldSlice] = []
    private var rows: [RowBatch.Row] = []
    private var faults: [RowFault] = []
    /// Strings without their escapes; in the batch they follow the input's bytes.
    private var unescaped: [UInt8] = []
    /// The place in `fields` of the record's first.
    private var firstField = 0

    /// Bytes that the places of a batch's fields take, more or less: an object of two bytes has them all.
    private static let placeBytes = 8 << 20
    private static let null = RowBatch.FieldSlice(start: 0, length: 0, wasQuoted: false)

    init(name: String, input: Int, columns: JSONColumns, limits: CSVLimits) {
        self.name = name
        self.input = input
        self.columns = columns
        self.limits = limits
        shape = JSONShape(columns.names)
        stamps = [UInt32](repeating: 0, count: shape.nodes.count)
        isPlain = shape.nodes.map { node in
            node.column >= 0 && columns.nesting[node.column] != .whole
                && !(columns.isDeclared && node.hasMembers)
        }
    }

    /// Whether another record may be added before the batch is taken.
    var hasRoom: Bool {
        fields.count * MemoryLayout<RowBatch.FieldSlice>.stride < Self.placeBytes
    }

    /// Whether another record than so many may be in one batch.
    func hasRoom(for count: Int) -> Bool {
        count * columns.names.count * MemoryLayout<RowBatch.FieldSlice>.stride < Self.placeBytes
    }

    /// Where a record stands in its input.
    struct Place {
        var line: Int
        var byteOffset: Int
    }

    /// Adds the object that is all there is from `start` to `end`, or a faulty row.
    mutating func add(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        at place: Place
    ) throws(ExtractionError) {
        firstField = fields.count
        fields.append(contentsOf: repeatElement(Self.null, count: columns.names.count))
        beginRecord()
        cursor.move(to: start, end: end)
        var fault = -1
        do throws(JSONFault) {
            try object(bytes)
        } catch {
            fault = faults.count
            let reason = error.words(from: start, columns: columns.names)
            faults.append(RowFault(rule: "json", reason: reason))
        }
        if end &- start > limits.fieldBytes { try checkSizes(end &- start, at: place) }
        rows.append(
            RowBatch.Row(
                firstField: firstField,
                fieldCount: columns.names.count,
                line: place.line,
                byteOffset: place.byteOffset,
                rawStart: start,
                rawLength: end &- start,
                fault: fault
            )
        )
    }

    /// Adds a record that is no row, for a reason that is known already.
    mutating func refuse(from start: Int, to end: Int, at place: Place, because fault: RowFault) {
        faults.append(fault)
        let row = RowBatch.Row(
            firstField: fields.count,
            fieldCount: columns.names.count,
            line: place.line,
            byteOffset: place.byteOffset,
            rawStart: start,
            rawLength: end - start,
            fault: faults.count - 1
        )
        fields.append(contentsOf: repeatElement(Self.null, count: columns.names.count))
        rows.append(row)
    }

    /// The records that were added, over the bytes they lie in.
    mutating func takeBatch(_ bytes: consuming [UInt8]) -> RowBatch? {
        guard !rows.isEmpty else { return nil }
        bytes += unescaped
        var batch = RowBatch(input: input, inputName: name, columns: columns.names, bytes: bytes)
        batch.tellsNumbers = true
        let capacity = fields.count
        batch.fields = fields
        batch.rows = rows
        batch.faults = faults
        fields = []
        fields.reserveCapacity(capacity)
        rows = []
        faults = []
        unescaped = []
        return batch
    }

    private mutating func beginRecord() {
        guard record < .max else {
            record = 1
            for node in stamps.indices { stamps[node] = 0 }
            return
        }
        record &+= 1
    }

    private func checkSizes(_ length: Int, at place: Place) throws(ExtractionError) {
        let largest = fields[firstField...].map(\.length).max() ?? 0
        guard length > limits.recordBytes || largest > limits.fieldBytes else { return }
        throw .tooLarge(name, at: place, isField: length <= limits.recordBytes, limits)
    }

    // MARK: Objects

    private mutating func object(_ bytes: Span<UInt8>) throws(JSONFault) {
        guard cursor.next(bytes) == UInt8(ascii: "{") else {
            throw cursor.fault(.expected(.object))
        }
        try object(bytes, node: 0, depth: 1)
        if cursor.next(bytes) != 0 || cursor.position < cursor.end {
            throw cursor.fault(.leftover)
        }
    }

    /// Reads the members of an object whose brace is here.
    private mutating func object(
        _ bytes: Span<UInt8>,
        node: Int,
        depth: Int
    ) throws(JSONFault) {
        guard depth <= JSONCursor.deepest else { throw cursor.fault(.tooDeep) }
        cursor.skip()
        guard cursor.next(bytes) != UInt8(ascii: "}") else { return cursor.skip() }
        var hint = 0
        while true {
            let member = try member(bytes, of: node, hint: &hint)
            try cursor.colon(bytes)
            if member < 0 {
                try cursor.value(bytes, depth: depth)
            } else {
                try value(bytes, of: member, depth: depth)
            }
            let byte = cursor.next(bytes)
            guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else {
                throw cursor.fault(.expected(.objectEnd))
            }
            cursor.skip()
            if byte == UInt8(ascii: "}") { return }
        }
    }

    /// Reads a member's name and gives its node; -1 when it is not read.
    @inline(__always)
    private mutating func member(
        _ bytes: Span<UInt8>,
        of node: Int,
        hint: inout Int
    ) throws(JSONFault) -> Int {
        guard cursor.next(bytes) == UInt8(ascii: "\"") else {
            throw cursor.fault(.expected(.name))
        }
        var length = 0
        let start = cursor.position &+ 1
        let known = shape.known(
            bytes,
            from: start,
            to: cursor.end,
            in: node,
            hint: &hint,
            length: &length
        )
        guard let known else { return try newMember(bytes, of: node, hint: &hint) }
        cursor.skip(length &+ 1)
        return known
    }

    @inline(never)
    private mutating func newMember(
        _ bytes: Span<UInt8>,
        of node: Int,
        hint: inout Int
    ) throws(JSONFault) -> Int {
        let text = try cursor.string(bytes)
        var name: [UInt8] = []
        try JSONEscapes.append(text, of: bytes, to: &name)
        return shape.find(name, in: node, hint: &hint)
    }

    // MARK: Values

    @inline(__always)
    private mutating func value(
        _ bytes: Span<UInt8>,
        of node: Int,
        depth: Int
    ) throws(JSONFault) {
        guard stamps[node] != record else {
            throw cursor.fault(.repeated(column: shape.nodes[node].anyColumn))
        }
        stamps[node] = record
        let byte = cursor.next(bytes)
        let isNested = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        guard !isNested, isPlain[node] else {
            return try otherValue(bytes, of: node, depth: depth)
        }
        let column = shape.nodes[node].column
        guard byte == UInt8(ascii: "\"") else {
            return try scalar(bytes, column: column)
        }
        let text = try cursor.string(bytes)
        guard !text.hasEscapes else { return try unescape(text, of: bytes, column: column) }
        fields[firstField &+ column] = RowBatch.FieldSlice(
            start: text.start,
            length: text.end &- text.start,
            wasQuoted: true
        )
    }

    /// Puts a string behind the batch's bytes, without its escapes.
    private mutating func unescape(
        _ text: JSONCursor.Text,
        of bytes: Span<UInt8>,
        column: Int
    ) throws(JSONFault) {
        let start = bytes.count + unescaped.count
        try JSONEscapes.append(text, of: bytes, to: &unescaped)
        fields[firstField + column] = RowBatch.FieldSlice(
            start: start,
            length: bytes.count + unescaped.count - start,
            wasQuoted: true
        )
    }

    /// Reads a number, `true` or `false` as its text, `null` as nothing.
    @inline(__always)
    private mutating func scalar(_ bytes: Span<UInt8>, column: Int) throws(JSONFault) {
        guard cursor.position < cursor.end else { throw cursor.fault(.expected(.value)) }
        let start = cursor.position
        let isNull = bytes[start] == UInt8(ascii: "n")
        try cursor.scalar(bytes)
        guard !isNull else { return }
        fields[firstField &+ column] = RowBatch.FieldSlice(
            start: start,
            length: cursor.position &- start,
            wasQuoted: false
        )
    }

    /// Reads an object or array, what is kept whole, and what has members that are read.
    private mutating func otherValue(
        _ bytes: Span<UInt8>,
        of node: Int,
        depth: Int
    ) throws(JSONFault) {
        let start = cursor.position
        let first = cursor.next(bytes)
        let hasMembers = shape.nodes[node].hasMembers
        if first == UInt8(ascii: "{"), hasMembers {
            try object(bytes, node: node, depth: depth + 1)
        } else {
            try cursor.value(bytes, depth: depth)
        }
        guard first != UInt8(ascii: "n") else { return }
        let column = shape.nodes[node].column
        if hasMembers, first != UInt8(ascii: "{"), column < 0 || columns.isDeclared {
            throw JSONFault(reason: .noObject(column: shape.nodes[node].below), place: start)
        }
        guard column >= 0 else { return }
        guard columns.nesting[column] != .refused else {
            throw JSONFault(reason: .nested(column: column), place: start)
        }
        fields[firstField + column] = RowBatch.FieldSlice(
            start: start,
            length: cursor.position - start,
            wasQuoted: false
        )
    }
}

extension ExtractionError {
    static func tooLarge(
        _ name: String,
        at place: JSONRecords.Place,
        isField: Bool,
        _ limits: CSVLimits,
        hint: String = ""
    ) -> ExtractionError {
        let what = isField ? "a field" : "a record"
        let limit = isField ? limits.fieldBytes : limits.recordBytes
        return ExtractionError(
            .tooLarge,
            "reading `\(name)`: \(what) of the record on line \(place.line) (byte \(place.byteOffset)) "
                + "is larger than \(limit) bytes\(hint)"
        )
    }
}
