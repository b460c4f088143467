import Pipelines
import Rows

/// Reads the rows of CSV files, one after the other, compressed or not.
///
/// Each file's columns are those of its own header: batches of a file whose header is another one than
/// the first file's say so. Not to be shared between tasks.
final class FileRowReader: RowReader {
    let header: [String]
    /// Files know nothing of their columns.
    let types: [SourceType?] = []
    private(set) var inputs: [InputSummary] = []

    private let source: FileSource
    private let dialect: CSVDialect
    private let limits: GzipLimits
    private let siblings: SiblingFiles?
    let firstInput: String
    private var waitingFiles: ArraySlice<String>
    private var current: CSVFile?
    /// A batch that was read while looking for the first header.
    private var firstBatch: RowBatch?

    /// Opens the first file and reads its header.
    init(
        source: FileSource,
        files: [String],
        dialect: CSVDialect,
        siblings: SiblingFiles? = nil,
        limits: GzipLimits = GzipLimits()
    ) throws(ExtractionError) {
        self.siblings = siblings
        self.source = source
        self.dialect = dialect
        self.limits = limits
        waitingFiles = files[...].dropFirst()
        guard let first = files.first else {
            preconditionFailure("a file source has at least one file")
        }
        firstInput = first
        let file = try CSVFile(source, first, input: 0, dialect: dialect, limits: limits)
        firstBatch = try file.readHeader()
        header = file.header ?? []
        current = file
    }

    nonisolated(nonsending) func next() async throws -> RowBatch? {
        while true {
            if let batch = firstBatch.take() { return batch }
            if let batch = try current?.next() { return batch }
            guard try nextFile() else { return nil }
        }
    }

    /// Ends the current file and opens the next one; `false` when there is none.
    private func nextFile() throws(ExtractionError) -> Bool {
        guard let ended = current.take() else { return false }
        inputs.append(try ended.finish())
        guard let name = waitingFiles.popFirst() else { return false }
        let file = try CSVFile(source, name, input: inputs.count, dialect: dialect, limits: limits)
        firstBatch = try file.readHeader()
        // A file without rows tells its columns all the same.
        firstBatch =
            firstBatch
            ?? RowBatch(input: inputs.count, inputName: name, columns: file.header)
        current = file
        return true
    }

    func isKnownElsewhere(_ column: String) -> Bool { siblings?.have(column) ?? false }
}

/// One CSV file that is being read.
final class CSVFile {
    private static let chunkSize = 256 << 10

    private let file: OpenFile
    private var csv: CSVReader
    private var gzip: GzipReader?
    private var input = [UInt8](repeating: 0, count: chunkSize)
    private var inputCount = 0
    private var consumed = 0
    private var output: [UInt8] = []
    private var isAtEnd = false

    var header: [String]? { csv.header }

    init(
        _ source: FileSource,
        _ name: String,
        input number: Int,
        dialect: CSVDialect,
        limits: GzipLimits = GzipLimits()
    ) throws(ExtractionError) {
        file = try source.open(name)
        csv = CSVReader(name: name, input: number, dialect: dialect)
        inputCount = try file.read(into: &input)
        if GzipReader.isGzip(input[..<inputCount]) {
            gzip = try GzipReader(name: name, limits: limits)
            output = [UInt8](repeating: 0, count: Self.chunkSize)
        }
    }

    /// Reads until the header is known, and perhaps the first batch.
    func readHeader() throws(ExtractionError) -> RowBatch? {
        while csv.header == nil {
            if let batch = try step() { return batch }
            if isAtEnd { break }
        }
        return nil
    }

    /// The next batch; `nil` at the file's end.
    func next() throws(ExtractionError) -> RowBatch? {
        while !isAtEnd {
            if let batch = try step() { return batch }
        }
        return nil
    }

    /// Checks that the file was read as it is.
    func finish() throws(ExtractionError) -> InputSummary {
        try file.finish()
    }

    /// Reads one chunk.
    private func step() throws(ExtractionError) -> RowBatch? {
        if consumed == inputCount && inputCount > 0 {
            inputCount = try file.read(into: &input)
            consumed = 0
        }
        let chunk = input
        guard gzip != nil else {
            guard inputCount > 0 else { return try end() }
            consumed = inputCount
            return try csv.read(chunk.span.extracting(..<inputCount))
        }
        let rest = chunk.span.extracting(..<inputCount)
        let count = try gzip?.expand(rest, consumed: &consumed, into: &output) ?? 0
        let expanded = output
        if count > 0 { return try csv.read(expanded.span.extracting(..<count)) }
        guard inputCount == 0 else { return nil }
        try gzip?.finish()
        return try end()
    }

    private func end() throws(ExtractionError) -> RowBatch? {
        isAtEnd = true
        return try csv.finish()
    }
}
