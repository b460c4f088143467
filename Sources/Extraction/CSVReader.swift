public import Pipelines
public import Rows
public import Words

/// Reads CSV (RFC 4180) from bytes that come in pieces of any size, without I/O of its own.
///
/// Its liberties and limits:
/// - Lines end with CR LF, LF or CR, mixed at will; the last one need not end. A line without a
///   single byte is skipped, unless blank lines are kept (see the initialiser).
/// - The first record is the header, unless the dialect names the columns. Names are taken as they are; two
///   equal ones are refused.
/// - Lines that the dialect skips are passed over, whatever is in them.
/// - A field is quoted when a quote is its first byte, unless quotes are data. A quote inside an unquoted field is data. Text
///   after a closing quote, and a quote still open at the end of the last line, are faults of the row. A quote open over
///   more lines refuses the input: they would all be this one row. So does a record of broken quotes over very many lines.
/// - A record with more or fewer fields than the header is a faulty row.
/// - A byte order mark of the declared encoding is skipped; another one is refused. All encodings become
///   UTF-8; a row that is no text in its encoding is a faulty row.
/// - A line `\.` is data like any other.
public struct CSVReader: Sendable {
    /// The names of the columns, once the first record has been read.
    public private(set) var header: [ExactText]?

    private let name: String
    private let dialect: CSVDialect
    private let limits: CSVLimits
    private var opening: [UInt8]? = []
    private var scanner: CSVScanner
    private var trailing: TrailingRows
    /// What makes UTF-8 of another encoding.
    private var decoder: TextDecoder?
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
    ///   - isSample: Whether the input may end anywhere, within quotes too.
    ///   - limits: What it may hold at most.
    public init(
        name: String,
        input: Int = 0,
        dialect: CSVDialect = CSVDialect(),
        keepsBlankLines: Bool = false,
        isSample: Bool = false,
        limits: CSVLimits = CSVLimits()
    ) {
        self.name = name
        self.dialect = dialect
        self.limits = limits
        header = dialect.columns
        trailing = TrailingRows(dialect.skip.after)
        scanner = CSVScanner(
            name: name,
            input: input,
            dialect: dialect,
            keepsBlankLines: keepsBlankLines,
            isSample: isSample,
            limits: limits
        )
    }

    /// Whether records are complete that were not given yet: ``read(_:)`` gives them for no bytes, and is to be
    /// asked so until there are none.
    public var hasMore: Bool { trailing.hasMore }

    /// Takes the next bytes and gives the records that they complete, if any.
    public mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch? {
        let batch = trailing.pass(chunk.isEmpty && hasMore ? nil : try records(in: chunk))
        guard batch != nil || trailing.heldBytes <= limits.recordBytes else {
            throw ExtractionError(
                .tooLarge,
                "reading `\(name)`: \(counted(dialect.skip.after, "line")) that `skip` leaves out at the end may have "
                    + "\(limits.recordBytes) bytes at most"
            )
        }
        return batch
    }

    private mutating func records(in chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch? {
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
        guard header != nil else { throw hasNoHeader }
        return trailing.finish(batch)
    }

    private var hasNoHeader: ExtractionError {
        let skipped = dialect.skip.before
        let trouble =
            skipped == 0
            ? "it is empty" : "there is nothing behind \(counted(skipped, "skipped line"))"
        return ExtractionError(
            .header,
            "reading `\(name)`: \(trouble), where a line with the columns' names is expected"
        )
    }

    /// Judges the byte order mark and reads on behind it.
    private mutating func open(
        _ start: [UInt8],
        isLast: Bool
    ) throws(ExtractionError) -> RowBatch? {
        opening = nil
        var decoder = try TextDecoder(dialect.encoding)
        let mark = try decoder.begin(start, name: name)
        if dialect.encoding != .utf8 {
            self.decoder = decoder
            scanner.decoder = decoder
        }
        scanner.skipMark(mark)
        return try scan(start.span.extracting(mark...), isLast: isLast)
    }

    private mutating func scan(
        _ chunk: Span<UInt8>,
        isLast: Bool
    ) throws(ExtractionError) -> RowBatch? {
        var bytes = pending
        pending = []
        append(chunk, to: &bytes)
        if isLast { decoder?.finish(into: &bytes, faults: &scanner.textFaults) }
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

    private mutating func append(_ chunk: Span<UInt8>, to bytes: inout [UInt8]) {
        guard decoder == nil else {
            decoder?.append(chunk, to: &bytes, faults: &scanner.textFaults)
            return
        }
        unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
