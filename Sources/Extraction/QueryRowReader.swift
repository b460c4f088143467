import Rows
import Words

/// Reads the rows that a database gives for a question, which come as CSV or as lines of JSON.
///
/// The question runs beside it, on its connection's thread, and stays at most two chunks ahead. Not to be shared
/// between tasks.
final class QueryRowReader: RowReader {
    private(set) var header: [ExactText] = []
    private(set) var types: [SourceType?] = []
    private(set) var inputs: [InputSummary] = []

    /// There are no other inputs beside it; but what the first documents lack, others may have.
    var firstInput: String { name }
    func knownElsewhere(_ columns: Set<ExactText>) -> Set<ExactText> { isOpen ? columns : [] }

    private var isAtEnd: Bool { hasEnded && !decoder.hasMore }

    private let name: String
    private var decoder: any RecordDecoder
    private let isOpen: Bool
    private var digest = ContentDigest()
    private let run: Task<Void, Never>
    private var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
    private let requests: AsyncStream<Void>.Continuation
    private var firstBatch: RowBatch?
    private var hasEnded = false

    private static let chunksAhead = 2

    /// Has a query run beside its reader, and reads its columns.
    ///
    /// - Parameters:
    ///   - name: The source's name.
    ///   - decoder: What makes rows of what is sent; by default of CSV, in which a blank line is a null.
    ///   - isOpen: Whether a row may have columns that others lack.
    ///   - produce: Runs it and sends its rows; what it throws is thrown to who reads.
    /// - Returns: A reader that knows its header.
    /// - Throws: What `produce` throws, and ``ExtractionError``.
    static nonisolated(nonsending) func open(
        _ name: String,
        decoder: (any RecordDecoder)? = nil,
        isOpen: Bool = false,
        _ produce: @escaping @Sendable (QueryFeed) async throws -> Void
    ) async throws -> QueryRowReader {
        let supply = AsyncThrowingStream.makeStream(of: [UInt8].self, throwing: (any Error).self)
        let demand = AsyncStream.makeStream(of: Void.self)
        let feed = QueryFeed(supply.continuation, onDemand: demand.stream)
        let run = Task {
            do {
                try await produce(feed)
                supply.continuation.finish()
            } catch {
                supply.continuation.finish(throwing: error)
            }
        }
        let reader = QueryRowReader(
            name: name,
            decoder: decoder ?? CSVReader(name: name, keepsBlankLines: true),
            isOpen: isOpen,
            chunks: supply.stream.makeAsyncIterator(),
            requests: demand.continuation,
            run: run
        )
        // Also where the columns are known: who is not there, or refuses, is told now.
        repeat {
            reader.firstBatch = try await reader.step()
        } while reader.decoder.header == nil && reader.firstBatch == nil && !reader.isAtEnd
        reader.header = reader.decoder.header ?? []
        reader.types = feed.columnTypes
        return reader
    }

    private init(
        name: String,
        decoder: any RecordDecoder,
        isOpen: Bool,
        chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator,
        requests: AsyncStream<Void>.Continuation,
        run: Task<Void, Never>
    ) {
        self.name = name
        self.decoder = decoder
        self.isOpen = isOpen
        self.chunks = chunks
        self.requests = requests
        self.run = run
        for _ in 0..<Self.chunksAhead { requests.yield() }
    }

    deinit {
        requests.finish()
        run.cancel()
    }

    nonisolated(nonsending) func next() async throws -> RowBatch? {
        if let batch = firstBatch.take() { return batch }
        while !isAtEnd {
            if let batch = try await step() { return batch }
        }
        return nil
    }

    /// Reads one chunk, unless the last one has more.
    private nonisolated(nonsending) func step() async throws -> RowBatch? {
        let nothing: [UInt8] = []
        if decoder.hasMore { return try decoder.read(nothing.span) }
        guard let chunk = try await nextChunk() else {
            hasEnded = true
            inputs = [InputSummary(name: name, size: digest.count, digest: digest.value)]
            return try decoder.finish()
        }
        requests.yield()
        digest.update(chunk.span)
        return try decoder.read(chunk.span)
    }

    private nonisolated(nonsending) func nextChunk() async throws -> [UInt8]? {
        // The iterator is not to be touched while it waits: it is taken out for that time.
        var iterator = chunks
        let chunk = try await iterator.next(isolation: #isolation)
        chunks = iterator
        // A stream also ends when its reader is cancelled: that is not the end of the rows.
        if chunk == nil { try Task.checkCancellation() }
        return chunk
    }
}
