public import Pipelines
public import Rows

/// Reads CSV (RFC 4180) from bytes that come in pieces of any size, without I/O of its own.
///
/// Its liberties and limits:
/// - Lines end with CR LF, LF or CR, mixed at will; the last one need not end. A line without a
///   single byte is skipped, unless blank lines are kept (see the initialiser).
/// - The first record is the header. Names are taken as they are; two equal ones are refused.
/// - A field is quoted when a quote is its first byte. A quote inside an unquoted field is data. Text
///   after a closing quote, and a quote still open at the end, are faults of the row.
/// - A record with more or fewer fields than the header is a faulty row.
/// - A UTF-8 byte order mark is skipped; UTF-16 and UTF-32 ones are refused. Latin-1 becomes UTF-8.
/// - A line `\.` is data like any other.
public struct CSVReader: Sendable {
    /// The names of the columns, once the first record has been read.
    public private(set) var header: [String]?

    private let name: String
    private let dialect: CSVDialect
    private var opening: [UInt8]? = []
    private var scanner: CSVScanner
    /// The bytes from the beginning of the record that has not ended yet.
    private var pending: [UInt8] = []

    /// Creates a reader of one input.
    ///
    /// - Parameters:
    ///   - name: The input's name, for messages.
    ///   - input: The input's place among its reader's.
    ///   - dialect: How it is written.
    ///   - keepsBlankLines: Whether, below a header of one column, a blank line is a record whose
    ///     only field is empty, as Postgres writes a null.
    ///   - limits: What it may hold at most.
    public init(
        name: String,
        input: Int = 0,
        dialect: CSVDialect = CSVDialect(),
        keepsBlankLines: Bool = false,
        limits: CSVLimits = CSVLimits()
    ) {
        self.name = name
        self.dialect = dialect
        scanner = CSVScanner(
            name: name,
            input: input,
            dialect: dialect,
            keepsBlankLines: keepsBlankLines,
            limits: limits
        )
    }

    /// Takes the next bytes and gives the records that they complete, if any.
    public mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch? {
        guard var start = opening else { return try scan(chunk, isLast: false) }
        for index in chunk.indices { start.append(chunk[index]) }
        guard start.count >= 4 else {
            opening = start
            return nil
        }
        return try open(start, isLast: false)
    }

    /// Says that the input has ended and gives its last record, if it is still to be given.
    public mutating func finish() throws(ExtractionError) -> RowBatch? {
        let nothing: [UInt8] = []
        let batch =
            if let start = opening {
                try open(start, isLast: true)
            } else {
                try scan(nothing.span, isLast: true)
            }
        guard header != nil else {
            throw ExtractionError(
                .header,
                "reading `\(name)`: it is empty, where a line with the columns' names is expected"
            )
        }
        return batch
    }

    /// Judges the byte order mark and reads on behind it.
    private mutating func open(
        _ start: [UInt8],
        isLast: Bool
    ) throws(ExtractionError) -> RowBatch? {
        opening = nil
        let hasUTF8Mark = start.starts(with: [0xef, 0xbb, 0xbf])
        let isUTF16 = start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff])
        if isUTF16 || start.starts(with: [0, 0, 0xfe, 0xff]) {
            throw ExtractionError(
                .encoding,
                "reading `\(name)`: it is in UTF-16 or UTF-32; convert it to UTF-8 "
                    + "(`iconv -f UTF-16 -t UTF-8`)"
            )
        }
        if hasUTF8Mark && dialect.encoding != .utf8 {
            throw ExtractionError(
                .encoding,
                "reading `\(name)`: it begins with the mark of UTF-8, but is declared as "
                    + "\(dialect.encoding.rawValue); remove `encoding` from its source"
            )
        }
        scanner.skipMark(hasUTF8Mark ? 3 : 0)
        return try scan(start.span.extracting((hasUTF8Mark ? 3 : 0)...), isLast: isLast)
    }

    private mutating func scan(
        _ chunk: Span<UInt8>,
        isLast: Bool
    ) throws(ExtractionError) -> RowBatch? {
        var bytes = pending
        pending = []
        append(chunk, to: &bytes)
        try scanner.scan(bytes.span, isLast: isLast)
        header = scanner.header
        let rest = scanner.recordStart
        guard rest > 0 || isLast else {
            pending = bytes
            return nil
        }
        pending = Array(bytes[rest...])
        return scanner.takeBatch(bytes)
    }

    private func append(_ chunk: Span<UInt8>, to bytes: inout [UInt8]) {
        switch dialect.encoding {
        case .utf8:
            unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        case .latin1:
            bytes.reserveCapacity(bytes.count + chunk.count + chunk.count / 8)
            for index in chunk.indices {
                let byte = chunk[index]
                if byte < 0x80 {
                    bytes.append(byte)
                } else {
                    bytes.append(0xc0 | byte >> 6)
                    bytes.append(0x80 | byte & 0x3f)
                }
            }
        }
    }
}
