public import Words

/// Some records of an input: one byte buffer, and where in it each field lies.
public struct RowBatch: Sendable {
    /// The input's place among the reader's inputs, from 0.
    public var input: Int
    /// The input's name, for messages.
    public var inputName: String
    /// The names of the input's columns, in their order there; `nil` when they are those that its
    /// reader names.
    public var columns: [ExactText]?
    /// The bytes that fields and raw records are slices of, in UTF-8 unless the source was not.
    public var bytes: [UInt8]
    /// The fields of all records, record after record.
    public var fields: [FieldSlice]
    /// The records, in the input's order.
    public var rows: [Row]
    /// What is wrong with the records the reader could not accept, by ``Row/fault``.
    public var faults: [RowFault]
    /// When the input was modified last, in nanoseconds since 1970; `nil` of what is no file or object.
    public var inputModified: Int64?
    /// The first day of the input's period, `2024-01-31`; `nil` of one that is of no period.
    public var inputDay: String?
    /// Whether what stands without quotes is a number where it looks like one, as in JSON.
    public var tellsNumbers = false
    /// Whether fields stand behind those of each record: an empty one, and those of the input.
    var hasAddedFields = false

    /// Creates a batch without rows.
    public init(
        input: Int = 0,
        inputName: String = "",
        columns: [ExactText]? = nil,
        bytes: [UInt8] = []
    ) {
        self.input = input
        self.inputName = inputName
        self.columns = columns
        self.bytes = bytes
        fields = []
        rows = []
        faults = []
    }

    /// Appends a record of texts, for rows that come from no file; its raw text is CSV-like.
    public mutating func append(_ texts: [String], line: Int, byteOffset: Int = 0) {
        let firstField = fields.count
        let start = bytes.count
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            fields.append(FieldSlice(start: bytes.count, length: text.utf8.count, wasQuoted: false))
            bytes.append(contentsOf: text.utf8)
        }
        rows.append(
            Row(
                firstField: firstField,
                fieldCount: texts.count,
                line: line,
                byteOffset: byteOffset,
                rawStart: start,
                rawLength: bytes.count - start
            )
        )
    }

    /// The bytes of a field of a record, for tests and slow paths.
    public func field(_ index: Int, of row: Row) -> ArraySlice<UInt8> {
        let slice = fields[row.firstField + index]
        return bytes[slice.start..<slice.start + slice.length]
    }

    /// The bytes of a record as they were read.
    public func raw(of row: Row) -> ArraySlice<UInt8> {
        bytes[row.rawStart..<row.rawStart + row.rawLength]
    }

    /// Where a field lies in the batch's bytes, without its quotes.
    public struct FieldSlice: Sendable, Hashable, BitwiseCopyable {
        @usableFromInline let packedStart: UInt32
        @usableFromInline let packedLength: UInt32

        /// Creates a slice; `start` and `length` stay below 2 GiB.
        @inlinable
        public init(start: Int, length: Int, wasQuoted: Bool) {
            packedStart = UInt32(truncatingIfNeeded: start)
            packedLength = UInt32(truncatingIfNeeded: length) | (wasQuoted ? 0x8000_0000 : 0)
        }

        /// The place of the first byte.
        @inlinable public var start: Int { Int(packedStart) }
        /// The number of bytes.
        @inlinable public var length: Int { Int(packedLength & 0x7fff_ffff) }
        /// Whether the source wrote the field in quotes.
        @inlinable public var wasQuoted: Bool { packedLength & 0x8000_0000 != 0 }
    }

    /// One record.
    public struct Row: Sendable, Hashable, BitwiseCopyable {
        /// The place of its first field in ``RowBatch/fields``.
        public var firstField: Int
        /// The number of its fields.
        public var fieldCount: Int
        /// The line it begins on, from 1.
        public var line: Int
        /// The offset of its first byte in the (uncompressed) input, from 0.
        public var byteOffset: Int
        /// The place of its first byte in ``RowBatch/bytes``.
        public var rawStart: Int
        /// The number of its bytes, without the line's end.
        public var rawLength: Int
        /// The place of its fault in ``RowBatch/faults``; -1 when it has none.
        public var fault: Int

        /// Creates a record.
        @inlinable
        public init(
            firstField: Int,
            fieldCount: Int,
            line: Int,
            byteOffset: Int,
            rawStart: Int,
            rawLength: Int,
            fault: Int = -1
        ) {
            self.firstField = firstField
            self.fieldCount = fieldCount
            self.line = line
            self.byteOffset = byteOffset
            self.rawStart = rawStart
            self.rawLength = rawLength
            self.fault = fault
        }
    }
}

/// Why a reader could not accept a record.
public struct RowFault: Sendable, Hashable {
    /// The rule it breaks: `fields`, `quotes`, `encoding`.
    public var rule: String
    /// What is wrong, in words.
    public var reason: String

    /// Creates a fault.
    public init(rule: String, reason: String) {
        self.rule = rule
        self.reason = reason
    }
}
