public import Pipelines
public import Rows

/// A record as it was read from a source once, to be read again.
public struct RawRecord: Sendable, Hashable {
    /// Whatever tells it from others; as a row it has this for its byte offset.
    public var number: Int
    /// The input that it was read from.
    public var input: String
    /// The line that it began on.
    public var line: Int
    /// The names of the columns of its input.
    public var header: [String]
    /// Its bytes, without the line's end.
    public var bytes: [UInt8]
    /// Why it is no row whatever its bytes are now: those of its input were no text.
    public var fault: RowFault?

    /// Creates a record.
    public init(
        number: Int,
        input: String,
        line: Int,
        header: [String],
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

/// Reads records of a source that were kept whole, each by itself.
public struct RawRecordReader: RowReader {
    /// The columns of the first record.
    public let header: [String]
    /// The input of the first record.
    public let firstInput: String
    /// What the source knew of these columns.
    public let types: [SourceType?]
    /// The inputs that the records are of, with the bytes that were kept of each.
    public private(set) var inputs: [InputSummary] = []

    private let known: Set<String>
    private let inputsBefore: Int
    private let format: Format
    private var records: ArraySlice<RawRecord>
    private static let batchSize = 1_000

    /// A reader of records.
    ///
    /// - Parameters:
    ///   - records: Those of one input stand together.
    ///   - types: What the source knew of the columns of the first record.
    ///   - format: How they are written.
    ///   - known: The columns of the source that were read when the records were kept.
    ///   - inputsBefore: The number of the first input.
    public init(
        _ records: [RawRecord],
        types: [SourceType?] = [],
        format: Format,
        known: Set<String> = [],
        inputsBefore: Int = 0
    ) {
        self.records = records[...]
        header = records.first?.header ?? []
        firstInput = records.first?.input ?? ""
        self.known = known
        self.types = types
        self.inputsBefore = inputsBefore
        self.format = format
    }

    /// Some records of one input; `nil` at the end.
    public nonisolated(nonsending) mutating func next() async throws -> RowBatch? {
        guard let first = records.first else { return nil }
        let group = records.prefix(Self.batchSize).prefix { $0.input == first.input }
        records = records.dropFirst(group.count)
        var batch = RowBatch(
            input: inputsBefore + inputs.count,
            inputName: first.input,
            columns: first.header
        )
        var digest = ContentDigest()
        for record in group {
            let bytes = record.bytes
            digest.update(bytes.span)
            add(record, to: &batch)
        }
        inputs.append(InputSummary(name: first.input, size: digest.count, digest: digest.value))
        return batch
    }

    /// A column that the records' input did not have when it was read then is still not there.
    public func knownElsewhere(_ columns: Set<String>) -> Set<String> {
        columns.intersection(known)
    }

    private func add(_ record: RawRecord, to batch: inout RowBatch) {
        let kept =
            record.fault == nil ? format.record(record.bytes, columns: record.header.count) : nil
        let source = kept ?? RowBatch()
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
            batch.faults.append(row.map { source.faults[$0.fault] } ?? record.fault ?? Self.noRow)
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

    private static let noRow = RowFault(rule: "fields", reason: "it is no single row by itself")
}
