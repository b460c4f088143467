import Pipelines
import Rows
import Words

/// Finds the objects that are rows in JSON, across pieces of it.
///
/// Places are counted in the bytes given to ``next(_:isLast:)``, which begin with what ``forget(_:of:)`` has left.
protocol JSONWalk: Sendable {
    /// Whether nothing has been read.
    var isAtStart: Bool { get }
    /// Where what has not ended begins.
    var keptFrom: Int { get }
    /// The place of what has not ended.
    var place: JSONRecords.Place { get }
    /// Passes over a byte order mark.
    mutating func skip(_ count: Int)
    /// Drops the first bytes.
    mutating func forget(_ count: Int, of bytes: Span<UInt8>)
    /// The next object that is whole; `nil` when more bytes are needed, or there is none.
    mutating func next(
        _ bytes: Span<UInt8>,
        isLast: Bool
    ) throws(ExtractionError) -> JSONDecoding.Element?
    /// Says that the input has ended.
    ///
    /// - Throws: ``ExtractionError`` when it may not end here.
    func finish() throws(ExtractionError)
}

/// Reads the objects of JSON that are rows, from bytes that come in pieces of any size.
///
/// - Only the object that is being read is held; of one that makes many rows, those of a batch.
/// - A number is its digits, a string what it stands for, `null` and what is absent are nothing.
/// - A member that is read may stand once. One that is not read may hold anything that is JSON.
/// - The text is UTF-8; a byte order mark is skipped.
struct JSONReader<Walk: JSONWalk>: RecordDecoder {
    private var decoding: JSONDecoding
    private var walk: Walk
    /// The bytes from the first object on that was not read.
    private var pending: [UInt8] = []
    private var hasEnded = false

    private init(_ decoding: JSONDecoding, _ walk: Walk) {
        (self.decoding, self.walk) = (decoding, walk)
    }

    var header: [ExactText]? { decoding.header }
    private(set) var hasMore = false

    mutating func read(_ chunk: Span<UInt8>) throws(ExtractionError) -> RowBatch? {
        var bytes = pending
        pending = []
        unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        guard bytes.count >= 4 || !walk.isAtStart else {
            pending = bytes
            return nil
        }
        return try scan(bytes)
    }

    mutating func finish() throws(ExtractionError) -> RowBatch? {
        hasEnded = true
        let bytes = pending
        pending = []
        return try scan(bytes)
    }

    private mutating func scan(_ bytes: consuming [UInt8]) throws(ExtractionError) -> RowBatch? {
        if walk.isAtStart { walk.skip(try decoding.mark(bytes.span)) }
        if header == nil { try begin(bytes.span) }
        decoding.resume()
        while decoding.hasRoom, let element = try walk.next(bytes.span, isLast: hasEnded) {
            try decoding.add(element, of: bytes.span)
        }
        hasMore = !decoding.hasRoom
        let rest = walk.keptFrom
        if !hasMore { try decoding.check(bytes.count - rest, at: walk.place) }
        if hasEnded, !hasMore { try walk.finish() }
        guard rest > 0 else {
            pending = bytes
            return try decoding.takeBatch([])
        }
        pending = Array(bytes[rest...])
        walk.forget(rest, of: bytes.span)
        return try decoding.takeBatch(bytes)
    }

    /// Looks ahead at the objects that there are, for their columns.
    private mutating func begin(_ bytes: Span<UInt8>) throws(ExtractionError) {
        var ahead = walk
        var elements: [JSONDecoding.Element] = []
        while let element = try ahead.next(bytes, isLast: hasEnded) { elements.append(element) }
        guard hasEnded || !elements.isEmpty else {
            // What was searched in vain is not searched again.
            walk = ahead
            return
        }
        try decoding.begin(elements, of: bytes)
    }
}

/// Reads JSON lines, an object a line.
///
/// - Lines end with LF or CR LF; the last one need not end. A line of white space is skipped.
/// - A line that is no JSON, or no object, is a faulty row: the next line is read as if nothing had been.
typealias JSONLinesReader = JSONReader<JSONLinesWalk>

extension JSONLinesReader {
    /// A reader of one input.
    ///
    /// - Parameters:
    ///   - name: The input's name, for messages.
    ///   - input: The input's place among its reader's.
    ///   - shape: What becomes of an object before it is a row.
    ///   - columns: What is read of each row; `nil` for what the first ones have.
    ///   - limits: What it may hold at most.
    init(
        name: String,
        input: Int,
        shape: RowShape = RowShape(),
        columns: JSONColumns?,
        limits: CSVLimits = CSVLimits()
    ) {
        self.init(
            JSONDecoding(name: name, input: input, shape: shape, columns: columns, limits: limits),
            JSONLinesWalk()
        )
    }
}

/// Reads the objects of an array in a document of JSON.
///
/// An object that is no JSON is a faulty row as long as its brackets are paired; where those of the document are not,
/// nobody knows where a row ends, and reading it fails.
typealias JSONRowsReader = JSONReader<JSONRowsWalk>

extension JSONRowsReader {
    /// A reader of one input.
    ///
    /// - Parameters:
    ///   - name: The input's name, for messages.
    ///   - input: The input's place among its reader's.
    ///   - rows: Where the array lies; `nil` for the document itself.
    ///   - shape: What becomes of an object before it is a row.
    ///   - columns: What is read of each row; `nil` for what the first ones have.
    ///   - limits: What it may hold at most.
    init(
        name: String,
        input: Int,
        rows: JSONPath?,
        shape: RowShape = RowShape(),
        columns: JSONColumns?,
        limits: CSVLimits = CSVLimits()
    ) {
        self.init(
            JSONDecoding(name: name, input: input, shape: shape, columns: columns, limits: limits),
            JSONRowsWalk(name: name, path: rows)
        )
    }
}
