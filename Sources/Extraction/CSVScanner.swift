import Pipelines
import Rows
import Words

/// The state machine of ``CSVReader``: where in a record it stands, across pieces of the input.
///
/// Places are counted in the bytes given to ``scan(_:isLast:)``, which begin with the record that
/// had not ended in the call before.
struct CSVScanner: Sendable {
    private(set) var header: [String]?
    /// Where the record that has not ended begins.
    private(set) var recordStart = 0

    private let name: String
    private let input: Int
    private let dialect: CSVDialect
    private let keepsBlankLines: Bool
    private let limits: CSVLimits

    /// What has made the bytes of something else; `nil` when they are those of the input.
    var decoder: TextDecoder?
    /// Places in the bytes of the scan where the input was no text, in their order.
    var textFaults: [TextDecoder.Fault] = []
    /// How many of them lie before the record that has not ended.
    private var passedFaults = 0

    private var phase = Phase.recordStart
    private var position = 0
    private var fieldStart = 0
    /// Whether the last line ended with CR, so that a LF right after it belongs to that end.
    private var hasOpenLineEnd = false

    private var line = 1
    /// The offset in the input of the record that has not ended.
    private var recordOffset = 0
    private var fieldCount = 0
    private var hasQuotes = false
    private var hasBrokenQuotes = false
    /// Fields of the record that hold doubled quotes, by their place in `fields`.
    private var escapedFields: [Int] = []
    private var fieldHasEscapes = false

    private var fields: [RowBatch.FieldSlice] = []
    /// The place in `fields` of the first one of the record that has not ended.
    private var firstField = 0
    private var rows: [RowBatch.Row] = []
    private var faults: [RowFault] = []
    /// Fields without their doubled quotes; in the batch they follow the input's bytes.
    private var unescaped: [UInt8] = []

    private enum Phase {
        case recordStart
        case fieldStart
        case plainField
        case quotedField
        /// After a quote in a quoted field: it ends the field, or is the first of two.
        case quote
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(
        name: String,
        input: Int,
        dialect: CSVDialect,
        keepsBlankLines: Bool,
        limits: CSVLimits
    ) {
        self.name = name
        self.input = input
        self.dialect = dialect
        self.keepsBlankLines = keepsBlankLines
        self.limits = limits
    }

    /// Counts the bytes of a byte order mark.
    mutating func skipMark(_ length: Int) {
        recordOffset += length
    }

    /// Reads on through `bytes`.
    mutating func scan(_ bytes: Span<UInt8>, isLast: Bool) throws(ExtractionError) {
        recordStart = 0
        while position < bytes.count {
            switch phase {
            case .recordStart: try startRecord(bytes)
            case .fieldStart: startField(bytes)
            case .plainField: try scanPlainFields(bytes)
            case .quotedField: scanQuotedField(bytes)
            case .quote: try judgeQuote(bytes)
            }
        }
        if isLast { try endInput(bytes) }
        try checkSize(of: position - fieldStart, record: position - recordStart)
    }

    /// The records that have ended, over the bytes of the last scan.
    mutating func takeBatch(_ bytes: consuming [UInt8]) -> RowBatch? {
        defer { forgetEndedRecords() }
        guard !rows.isEmpty else { return nil }
        bytes += unescaped
        var batch = RowBatch(input: input, inputName: name, columns: header, bytes: bytes)
        batch.fields = fields
        batch.rows = rows
        batch.faults = faults
        return batch
    }

    /// Moves the fields of the record that has not ended to the front.
    private mutating func forgetEndedRecords() {
        let shift = recordStart
        let open = fields[firstField...]
            .map { field in
                RowBatch.FieldSlice(
                    start: field.start - shift,
                    length: field.length,
                    wasQuoted: field.wasQuoted
                )
            }
        textFaults.removeFirst(passedFaults)
        passedFaults = 0
        for index in textFaults.indices { textFaults[index].place -= shift }
        escapedFields = escapedFields.map { $0 - firstField }
        let capacity = fields.capacity
        fields = []
        fields.reserveCapacity(capacity)
        fields += open
        firstField = 0
        rows = []
        faults = []
        unescaped = []
        position -= shift
        fieldStart -= shift
        recordStart = 0
    }

    // MARK: - Phases

    @inline(__always)
    private mutating func startRecord(_ bytes: Span<UInt8>) throws(ExtractionError) {
        let byte = bytes[position]
        if hasOpenLineEnd {
            hasOpenLineEnd = false
            if byte == Self.lineFeed {
                skipByte()
                return
            }
        }
        guard byte == Self.lineFeed || byte == Self.carriageReturn else {
            phase = .fieldStart
            return
        }
        if keepsBlankLines && header?.count == 1 {
            fieldStart = position
            addField(from: position, to: position, wasQuoted: false)
            try endRecord(bytes)
        } else {
            hasOpenLineEnd = byte == Self.carriageReturn
            line += 1
            skipByte()
        }
    }

    /// Skips a byte between records.
    private mutating func skipByte() {
        position += 1
        recordStart = position
        fieldStart = position
        recordOffset += 1
    }

    @inline(__always)
    private mutating func startField(_ bytes: Span<UInt8>) {
        fieldStart = position
        guard bytes[position] == Self.quote else {
            phase = .plainField
            return
        }
        hasQuotes = true
        fieldHasEscapes = false
        position &+= 1
        phase = .quotedField
    }

    /// Reads unquoted fields up to the record's end or the next quoted one.
    @inline(__always)
    private mutating func scanPlainFields(_ bytes: Span<UInt8>) throws(ExtractionError) {
        while true {
            position = CSVBytes.firstEnd(in: bytes, from: position, delimiter: dialect.delimiter)
            guard position < bytes.count else { return }
            try checkSize(of: position &- fieldStart, record: 0)
            addField(from: fieldStart, to: position, wasQuoted: false)
            guard bytes[position] == dialect.delimiter else { return try endRecord(bytes) }
            position &+= 1
            fieldStart = position
            guard position < bytes.count, bytes[position] != Self.quote else {
                phase = .fieldStart
                return
            }
        }
    }

    @inline(__always)
    private mutating func scanQuotedField(_ bytes: Span<UInt8>) {
        position = CSVBytes.first(Self.quote, in: bytes, from: position)
        guard position < bytes.count else { return }
        position &+= 1
        phase = .quote
    }

    @inline(__always)
    private mutating func judgeQuote(_ bytes: Span<UInt8>) throws(ExtractionError) {
        let byte = bytes[position]
        if byte == Self.quote {
            fieldHasEscapes = true
            position &+= 1
            phase = .quotedField
        } else if byte == dialect.delimiter {
            try checkSize(of: position &- fieldStart, record: 0)
            addQuotedField()
            position &+= 1
            fieldStart = position
            phase = .fieldStart
        } else if byte == Self.lineFeed || byte == Self.carriageReturn {
            try checkSize(of: position &- fieldStart, record: 0)
            addQuotedField()
            try endRecord(bytes)
        } else {
            hasBrokenQuotes = true
            phase = .plainField
        }
    }

    /// The last record need not end with a line's end.
    private mutating func endInput(_ bytes: Span<UInt8>) throws(ExtractionError) {
        switch phase {
        case .recordStart: return
        case .fieldStart, .plainField:
            addField(from: fieldStart, to: position, wasQuoted: false)
        case .quote: addQuotedField()
        case .quotedField:
            addField(from: fieldStart, to: position, wasQuoted: true)
            hasBrokenQuotes = true
        }
        try endRecord(bytes)
    }

    // MARK: - Fields and records

    /// Adds the field that ends before the closing quote.
    @inline(__always)
    private mutating func addQuotedField() {
        if fieldHasEscapes { escapedFields.append(fields.count) }
        addField(from: fieldStart &+ 1, to: position &- 1, wasQuoted: true)
    }

    /// Adds a field, unless the record has more than the header: those are only counted.
    @inline(__always)
    private mutating func addField(from start: Int, to end: Int, wasQuoted: Bool) {
        fieldCount &+= 1
        guard fieldCount <= limits.columns &+ 1 else { return }
        fields.append(
            RowBatch.FieldSlice(start: start, length: end &- start, wasQuoted: wasQuoted)
        )
    }

    /// Ends the record at `position`, where its line ends or the input does.
    @inline(__always)
    private mutating func endRecord(_ bytes: Span<UInt8>) throws(ExtractionError) {
        let end = position
        try checkSize(of: 0, record: end &- recordStart)
        if !escapedFields.isEmpty { unescapeFields(bytes) }
        let textFault = textFaults.isEmpty ? nil : takeTextFault(before: end)
        if header == nil {
            if let textFault { throw brokenHeader(textFault) }
            header = try CSVHeader(name: name, limits: limits)
                .names(
                    fields: fields[firstField...].map { text(of: $0, in: bytes) },
                    count: fieldCount,
                    hasBrokenQuotes: hasBrokenQuotes
                )
            fields.removeAll(keepingCapacity: true)
        } else {
            addRow(end: end, textFault: textFault)
        }
        let lines = hasQuotes ? CSVBytes.lineEnds(in: bytes.extracting(recordStart..<end)) : 0
        line &+= lines &+ 1
        if end < bytes.count {
            hasOpenLineEnd = bytes[end] == Self.carriageReturn
            position = end &+ 1
        }
        recordOffset &+= inputLength(of: bytes, from: recordStart, to: position)
        recordStart = position
        fieldStart = position
        firstField = fields.count
        fieldCount = 0
        hasQuotes = false
        hasBrokenQuotes = false
        phase = .recordStart
    }

    @inline(__always)
    private mutating func addRow(end: Int, textFault: TextDecoder.Fault?) {
        let width = header?.count ?? 0
        var fault = -1
        if let textFault {
            fault = faults.count
            faults.append(
                RowFault(rule: "encoding", reason: decoder?.reason(textFault) ?? "it is no text")
            )
        } else if hasBrokenQuotes || fieldCount != width {
            fault = faults.count
            faults.append(currentFault(width: width))
        }
        rows.append(
            RowBatch.Row(
                firstField: firstField,
                fieldCount: fields.count &- firstField,
                line: line,
                byteOffset: recordOffset,
                rawStart: recordStart,
                rawLength: end &- recordStart,
                fault: fault
            )
        )
    }

    /// The first place of the record that ends at `end` where the input was no text.
    private mutating func takeTextFault(before end: Int) -> TextDecoder.Fault? {
        let first = passedFaults
        while passedFaults < textFaults.count, textFaults[passedFaults].place < end {
            passedFaults += 1
        }
        return first < passedFaults ? textFaults[first] : nil
    }

    private func brokenHeader(_ fault: TextDecoder.Fault) -> ExtractionError {
        let reason = decoder?.reason(fault) ?? "it is no text"
        return ExtractionError(.encoding, "reading the header of `\(name)`: \(reason)")
    }

    private func currentFault(width: Int) -> RowFault {
        guard hasBrokenQuotes else {
            return RowFault(
                rule: "fields",
                reason: "it has \(counted(fieldCount, "field")), where the header has \(width)"
            )
        }
        let reason =
            phase == .quotedField
            ? "the quote that opens field \(fieldCount) is never closed"
            : "text follows the closing quote of a field; quotes inside a quoted field are doubled"
        return RowFault(rule: "quotes", reason: reason)
    }

    /// Puts the record's fields that hold doubled quotes behind the batch's bytes, with single ones.
    private mutating func unescapeFields(_ bytes: Span<UInt8>) {
        for index in escapedFields {
            let field = fields[index]
            let start = bytes.count + unescaped.count
            var position = field.start
            while position < field.start + field.length {
                unescaped.append(bytes[position])
                position += bytes[position] == Self.quote ? 2 : 1
            }
            fields[index] = RowBatch.FieldSlice(
                start: start,
                length: bytes.count + unescaped.count - start,
                wasQuoted: true
            )
        }
        escapedFields.removeAll(keepingCapacity: true)
    }

    private func text(of field: RowBatch.FieldSlice, in bytes: Span<UInt8>) -> [UInt8] {
        (field.start..<field.start + field.length)
            .map { index in
                index < bytes.count ? bytes[index] : unescaped[index - bytes.count]
            }
    }

    /// The number of the input's bytes that became a part of `bytes`.
    @inline(__always)
    private func inputLength(of bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        guard let decoder else { return end &- start }
        return decoder.inputLength(of: bytes, from: start, to: end)
    }

    @inline(__always)
    private func checkSize(of field: Int, record: Int) throws(ExtractionError) {
        if field > limits.fieldBytes || record > limits.recordBytes {
            throw tooLarge(isField: field > limits.fieldBytes)
        }
    }

    private func tooLarge(isField: Bool) -> ExtractionError {
        let what = isField ? "a field" : "a record"
        let limit = isField ? limits.fieldBytes : limits.recordBytes
        return ExtractionError(
            .tooLarge,
            "reading `\(name)`: \(what) of the record on line \(line) (byte \(recordOffset)) is "
                + "larger than \(limit) bytes; a quote may be open from there on"
        )
    }
}
