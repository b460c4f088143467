import Pipelines
import Rows
import Words

/// The state machine of ``CSVReader``: where in a record it stands, across pieces of the input.
///
/// Places are counted in the bytes given to ``scan(_:isLast:)``, which begin with the record that
/// had not ended in the call before.
struct CSVScanner: Sendable {
    private(set) var header: [ExactText]?
    /// Where the record that has not ended begins.
    private(set) var recordStart = 0

    private let name: String
    private let input: Int
    private let dialect: CSVDialect
    private let keepsBlankLines: Bool
    private let isSample: Bool
    private let limits: CSVLimits

    /// What has made the bytes of something else; `nil` when they are those of the input.
    var decoder: TextDecoder?
    /// Places in the bytes of the scan where the input was no text, in their order.
    var textFaults: [TextDecoder.Fault] = []
    /// How many of them lie before the record that has not ended.
    private var passedFaults = 0

    private var phase: Phase
    /// The phases of a field without quotes and of one in them.
    private let plainPhase: Phase
    private let quotedPhase: Phase
    /// The byte that opens and closes a field; one that no byte is where quotes are data.
    private let quote: UInt16
    private let nulls: CSVNulls
    /// Lines that are still to be passed over.
    private var linesToSkip: Int
    private var position = 0
    private var fieldStart = 0
    /// Whether the last line ended with CR, so that a LF right after it belongs to that end.
    private var hasOpenLineEnd = false

    private var line = 1
    /// The offset in the input of the record that has not ended.
    private var recordOffset = 0
    private var fieldCount = 0
    private var mayHoldLineEnds = false
    private var hasBrokenQuotes = false
    /// Fields of the record that hold doubled quotes or escapes, by their place in `fields`.
    private var escapedFields: [Int] = []
    private var fieldHasEscapes = false

    private var fields: [RowBatch.FieldSlice] = []
    /// The place in `fields` of the first one of the record that has not ended.
    private var firstField = 0
    private var rows: [RowBatch.Row] = []
    private var faults: [RowFault] = []
    /// Fields without their doubled quotes and escapes; in the batch they follow the input's bytes.
    private var unescaped: [UInt8] = []

    private enum Phase {
        case recordStart
        case fieldStart
        case plainField
        case quotedField
        /// After a quote in a quoted field: it ends the field, or is the first of two.
        case quote
        case skippedLine
        /// A field in which a backslash takes away what the next byte means.
        case escapableField
        case quotedEscapableField
        /// After the backslash.
        case escape
        case quotedEscape
    }

    private static let doubleQuote = UInt16(UInt8(ascii: "\""))
    private static let backslash = UInt8(ascii: "\\")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(
        name: String,
        input: Int,
        dialect: CSVDialect,
        keepsBlankLines: Bool,
        isSample: Bool,
        limits: CSVLimits
    ) {
        self.name = name
        self.input = input
        self.dialect = dialect
        self.keepsBlankLines = keepsBlankLines
        self.isSample = isSample
        self.limits = limits
        header = dialect.columns
        quote = dialect.hasQuotes ? Self.doubleQuote : .max
        plainPhase = dialect.hasEscapes ? .escapableField : .plainField
        quotedPhase = dialect.hasEscapes ? .quotedEscapableField : .quotedField
        nulls = CSVNulls(dialect)
        linesToSkip = dialect.skip.before
        phase = linesToSkip > 0 ? .skippedLine : .recordStart
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
            case .skippedLine: skipLine(bytes)
            case .escapableField: try scanEscapableField(bytes)
            case .quotedEscapableField: scanQuotedEscapableField(bytes)
            case .escape: skipEscaped(bytes, then: .escapableField)
            case .quotedEscape: skipEscaped(bytes, then: .quotedEscapableField)
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
        if hasOpenLineEnd, endsOpenLineEnd(byte) { return }
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

    /// Whether the byte behind a CR is the LF that belongs to it, which is skipped then.
    private mutating func endsOpenLineEnd(_ byte: UInt8) -> Bool {
        hasOpenLineEnd = false
        guard byte == Self.lineFeed else { return false }
        skipByte()
        return true
    }

    /// Passes over a line that is no record, whatever is in it.
    private mutating func skipLine(_ bytes: Span<UInt8>) {
        if hasOpenLineEnd, endsOpenLineEnd(bytes[position]) { return }
        let end = CSVBytes.firstEnd(in: bytes, from: position, delimiter: Self.lineFeed)
        position = min(end + 1, bytes.count)
        recordOffset += inputLength(of: bytes, from: recordStart, to: position)
        recordStart = position
        fieldStart = position
        _ = takeTextFault(before: position)
        guard end < bytes.count else { return }
        hasOpenLineEnd = bytes[end] == Self.carriageReturn
        line += 1
        linesToSkip -= 1
        if linesToSkip == 0 { phase = .recordStart }
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
        fieldHasEscapes = false
        guard UInt16(bytes[position]) == quote else {
            phase = plainPhase
            return
        }
        mayHoldLineEnds = true
        position &+= 1
        phase = quotedPhase
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
            guard position < bytes.count, UInt16(bytes[position]) != quote else {
                phase = .fieldStart
                return
            }
        }
    }

    @inline(__always)
    private mutating func scanQuotedField(_ bytes: Span<UInt8>) {
        position = CSVBytes.first(UInt8(ascii: "\""), in: bytes, from: position)
        guard position < bytes.count else { return }
        position &+= 1
        phase = .quote
    }

    /// Reads on in an unquoted field in which a backslash takes away what the next byte means.
    private mutating func scanEscapableField(_ bytes: Span<UInt8>) throws(ExtractionError) {
        while position < bytes.count {
            switch bytes[position] {
            case Self.backslash: return beginEscape(.escape)
            case dialect.delimiter:
                try endField()
                return
            // One that were not escaped would have ended the record: a backslash escapes both.
            case Self.lineFeed
            where position > fieldStart && bytes[position - 1] == Self.carriageReturn:
                position += 1
            case Self.lineFeed, Self.carriageReturn:
                try checkSize(of: position - fieldStart, record: 0)
                addPlainField()
                return try endRecord(bytes)
            default: position += 1
            }
        }
    }

    private mutating func scanQuotedEscapableField(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Self.backslash { return beginEscape(.quotedEscape) }
            position += 1
            if UInt16(byte) == quote {
                phase = .quote
                return
            }
        }
    }

    private mutating func beginEscape(_ next: Phase) {
        fieldHasEscapes = true
        mayHoldLineEnds = true
        position += 1
        phase = next
    }

    private mutating func skipEscaped(_ bytes: Span<UInt8>, then next: Phase) {
        position += 1
        phase = next
    }

    /// Ends an unquoted field at a delimiter.
    private mutating func endField() throws(ExtractionError) {
        try checkSize(of: position - fieldStart, record: 0)
        addPlainField()
        position += 1
        fieldStart = position
        phase = .fieldStart
    }

    @inline(__always)
    private mutating func judgeQuote(_ bytes: Span<UInt8>) throws(ExtractionError) {
        let byte = bytes[position]
        if UInt16(byte) == quote {
            fieldHasEscapes = true
            position &+= 1
            phase = quotedPhase
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
            phase = plainPhase
        }
    }

    /// The last record need not end with a line's end.
    private mutating func endInput(_ bytes: Span<UInt8>) throws(ExtractionError) {
        switch phase {
        case .recordStart, .skippedLine: return
        case .fieldStart, .plainField, .escapableField, .escape: addPlainField()
        case .quote: addQuotedField()
        case .quotedField, .quotedEscapableField, .quotedEscape:
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

    /// Adds the unquoted field that ends here.
    private mutating func addPlainField() {
        if fieldHasEscapes { escapedFields.append(fields.count) }
        addField(from: fieldStart, to: position, wasQuoted: false)
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
        if !nulls.isEmpty, header != nil { nulls.blank(&fields, from: firstField, in: bytes) }
        if !escapedFields.isEmpty { unescapeFields(bytes) }
        let textFault = textFaults.isEmpty ? nil : takeTextFault(before: end)
        if header == nil {
            let judge = CSVHeader(name: name, limits: limits)
            if let textFault { throw judge.isNoText(textFault, decoder) }
            header =
                try judge.names(
                    fields: fields[firstField...].map { text(of: $0, in: bytes) },
                    count: fieldCount,
                    hasBrokenQuotes: hasBrokenQuotes
                )
            fields.removeAll(keepingCapacity: true)
        } else {
            addRow(end: end, textFault: textFault)
        }
        let lines = mayHoldLineEnds ? CSVBytes.lineEnds(in: bytes.extracting(recordStart..<end)) : 0
        if lines > 0, hasBrokenQuotes { try checkLines(lines, bytes[end &- 1]) }
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
        mayHoldLineEnds = false
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

    private func currentFault(width: Int) -> RowFault {
        guard hasBrokenQuotes else { return .fields(fieldCount, where: width) }
        return isQuoteOpen ? .openQuote(field: fieldCount) : .textAfterQuote
    }

    private var isQuoteOpen: Bool { phase == quotedPhase || phase == .quotedEscape }

    /// Refuses the input when a record of broken quotes has taken in lines that are likely to be rows: as a reject it would
    /// count as one of them.
    private func checkLines(_ ends: Int, _ lastByte: UInt8) throws(ExtractionError) {
        let endsLine = lastByte == Self.lineFeed || lastByte == Self.carriageReturn
        let lines = isQuoteOpen && endsLine ? ends - 1 : ends
        guard !isSample, lines > (isQuoteOpen ? 0 : limits.faultyLines) else { return }
        throw .swallowedLines(
            name,
            at: JSONRecords.Place(line: line, byteOffset: recordOffset),
            lines,
            fault: currentFault(width: header?.count ?? 0)
        )
    }

    /// Puts the record's fields that hold doubled quotes or escapes behind the batch's bytes, as what they
    /// stand for.
    private mutating func unescapeFields(_ bytes: Span<UInt8>) {
        for index in escapedFields where index < fields.count {
            let field = fields[index]
            let start = bytes.count + unescaped.count
            let text = bytes.extracting(field.start..<field.start + field.length)
            CSVEscapes.append(text, of: dialect, wasQuoted: field.wasQuoted, to: &unescaped)
            fields[index] = RowBatch.FieldSlice(
                start: start,
                length: bytes.count + unescaped.count - start,
                wasQuoted: field.wasQuoted
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
        .tooLarge(
            name,
            at: JSONRecords.Place(line: line, byteOffset: recordOffset),
            isField: isField,
            limits,
            hint: dialect.hasQuotes ? "; a quote may be open from there on" : ""
        )
    }
}
