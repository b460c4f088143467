public import Pipelines
public import Rows
public import Words

/// A record as it was read from a source once, to be read again.
public struct RawRecord: Sendable, Hashable {
    /// Whatever tells it from others; as a row it has this for its byte offset.
    public var number: Int
    /// The input that it was read from.
    public var input: ExactText
    /// The line that it began on.
    public var line: Int
    /// The names of the columns of its input.
    public var header: [ExactText]
    /// Its bytes, without the line's end.
    public var bytes: [UInt8]
    /// Why it is no row whatever its bytes are now: see ``RowFault/ofTheSource``.
    public var fault: RowFault?

    /// Creates a record.
    public init(
        number: Int,
        input: ExactText,
        line: Int,
        header: [ExactText],
        bytes: [UInt8],
        fault: RowFault? = nil
    ) {
        self.fault = fault
        self.header = header
        self.number = number
        self.input = input
        self.line = line
        self.bytes = bytes
    }
}

extension RowFault {
    /// The rule of an object that a definition's `expand` or `fields` refuse.
    package static let shape = "shape"

    /// Rules of faults that a record by itself does not show, so that only its source tells whether it is right now.
    ///
    /// Its bytes were no text in its file's encoding, or no rows could be made of it.
    package static let ofTheSource = ["encoding", shape]
}

/// Reads records of a source that were kept whole, each by itself.
public struct RawRecordReader: RowReader {
    /// The columns of the first record.
    public let header: [ExactText]
    /// The input of the first record.
    public let firstInput: String
    /// What the source knew of these columns.
    public let types: [SourceType?]
    /// The inputs that the records are of, with the bytes that were kept of each.
    public private(set) var inputs: [InputSummary] = []

    private let known: Set<ExactText>
    private let modified: [ExactText: Int64]
    private let period: (String) -> Period?
    private let inputsBefore: Int
    private let format: Format
    private let layout: RowLayout?
    /// What is read now of objects of JSON and was not when they were kept: of an excerpt it may have been left out.
    private let unkept: [ExactText]
    /// What is read now and nobody asked the source for.
    private let unasked: [ExactText]
    private var records: ArraySlice<RawRecord>
    /// What reads records with the columns of the last one.
    private var reader: SingleRecordReader
    private static let batchSize = 1_000

    /// A reader of records.
    ///
    /// - Parameters:
    ///   - records: Those of one input stand together.
    ///   - types: What the source knew of the columns of the first record.
    ///   - format: How they are written.
    ///   - layout: By what they are read; it decides what may be in a column of JSON; anything may be without one.
    ///   - known: The columns of the source that were read when the records were kept; of objects of JSON, of which
    ///     perhaps nothing else was kept, all of them.
    ///   - expanded: Where of an object the element lies that it is the row of: that is kept whole.
    ///   - isNarrow: Whether the source was asked for nothing but the outermost members that were read.
    ///   - modified: When the inputs were modified that are known to have been files, by their names.
    ///   - period: The period that an input is of, by its name.
    ///   - inputsBefore: The number of the first input.
    public init(
        _ records: [RawRecord],
        types: [SourceType?] = [],
        format: Format,
        layout: RowLayout? = nil,
        known: Set<ExactText> = [],
        expanded: JSONPath? = nil,
        isNarrow: Bool = false,
        modified: [ExactText: Int64] = [:],
        period: @escaping (String) -> Period? = { _ in nil },
        inputsBefore: Int = 0
    ) {
        self.records = records[...]
        header = records.first?.header ?? []
        firstInput = records.first?.input.text ?? ""
        self.known = known
        self.modified = modified
        self.period = period
        self.types = types
        self.inputsBefore = inputsBefore
        self.format = format
        self.layout = layout
        let columns = format.hasHeader ? [] : layout?.sourceColumns ?? []
        unkept = columns.notBelow(known.map { JSONPath($0) } + [expanded].compactMap(\.self))
        unasked = isNarrow ? columns.outside(membersOf: known) : []
        reader = SingleRecordReader(format, columns: header, layout: layout)
    }

    /// Some records of one input; `nil` at the end.
    public nonisolated(nonsending) mutating func next() async throws -> RowBatch? {
        guard let first = records.first else { return nil }
        let group = records.prefix(Self.batchSize).prefix { $0.input == first.input }
        records = records.dropFirst(group.count)
        var batch = RowBatch(
            input: inputsBefore + inputs.count,
            inputName: first.input.text,
            columns: first.header
        )
        batch.inputModified = modified[first.input]
        batch.inputDay = period(first.input.text)?.start.description
        var digest = ContentDigest()
        for record in group {
            let bytes = record.bytes
            digest.update(bytes.span)
            add(record, to: &batch)
        }
        inputs.append(
            InputSummary(name: first.input.text, size: digest.count, digest: digest.value)
        )
        return batch
    }

    /// A column that the records' input did not have when it was read then is still not there.
    public func knownElsewhere(_ columns: Set<ExactText>) -> Set<ExactText> {
        columns.intersection(known)
    }

    private mutating func read(_ record: RawRecord) -> RowBatch? {
        guard record.fault == nil else { return nil }
        if reader.columns != record.header {
            reader = SingleRecordReader(format, columns: record.header, layout: layout)
        }
        return reader.read(record.bytes)
    }

    private mutating func add(_ record: RawRecord, to batch: inout RowBatch) {
        let missing = missingColumn(of: record)
        let kept = missing == nil ? read(record) : nil
        let source = kept ?? RowBatch()
        if source.tellsNumbers { batch.tellsNumbers = true }
        let row = source.rows.first
        let start = batch.bytes.count
        batch.bytes += source.bytes
        let fields = row.map { source.fields[$0.firstField..<$0.firstField + $0.fieldCount] } ?? []
        let firstField = batch.fields.count
        batch.fields += fields.map { field in
            RowBatch.FieldSlice(
                start: field.start + start,
                length: field.length,
                wasQuoted: field.wasQuoted
            )
        }
        var fault = -1
        if row == nil || (row?.fault ?? -1) >= 0 {
            fault = batch.faults.count
            let fault = missing ?? record.fault ?? Self.noRow
            batch.faults.append(row.map { source.faults[$0.fault] } ?? fault)
        }
        let rawStart = batch.bytes.count
        batch.bytes += record.bytes
        batch.rows.append(
            RowBatch.Row(
                firstField: firstField,
                fieldCount: fields.count,
                line: record.line,
                byteOffset: record.number,
                rawStart: rawStart,
                rawLength: record.bytes.count,
                fault: fault
            )
        )
    }

    /// Why an object does not tell what is read of it now.
    private func missingColumn(of record: RawRecord) -> RowFault? {
        guard record.fault == nil else { return nil }
        if let column = unasked.first {
            return Self.unread(column, "its source was not asked for it")
        }
        guard let column = unkept.first, ObjectExcerpt.isPartial(record.bytes) else { return nil }
        return Self.unread(column, "may be what was left out of it")
    }

    private static func unread(_ column: ExactText, _ why: String) -> RowFault {
        RowFault(
            rule: "json",
            reason: "`\(column)` was not read when it was kept, and \(why): load its source again"
        )
    }

    private static let noRow = RowFault(rule: "fields", reason: "it is no single row by itself")
}

extension [ExactText] {
    /// The paths in whose outermost member none of the others lies.
    fileprivate func outside(membersOf others: Set<ExactText>) -> [ExactText] {
        let members = others.compactMap { JSONPath($0).names.first }
        return filter { !members.contains(JSONPath($0).names.first ?? "") }
    }

    /// The paths that lie neither at others nor below them.
    fileprivate func notBelow(_ others: [JSONPath]) -> [ExactText] {
        filter { path in
            let names = JSONPath(path).names
            return !others.contains { names.starts(with: $0.names) }
        }
    }
}
