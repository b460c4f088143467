import Rows
import Synchronization

/// The way of a query's rows from the task that has the connection to their reader: CSV, in chunks that stay at
/// most two ahead.
final class QueryFeed: Sendable {
    /// How large a chunk is, about.
    static let chunkSize = 128 << 10

    private let types = Mutex<[SourceType?]>([])
    private let chunks: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let requests: AsyncStream<Void>

    /// A way to who reads the `chunks` and makes a request for each.
    init(
        _ chunks: AsyncThrowingStream<[UInt8], any Error>.Continuation,
        onDemand requests: AsyncStream<Void>
    ) {
        self.chunks = chunks
        self.requests = requests
    }

    /// What the columns are; nothing until it is told.
    var columnTypes: [SourceType?] { types.withLock(\.self) }

    /// Says what the columns are, before their names are sent.
    func tell(_ columnTypes: [SourceType?]) {
        types.withLock { $0 = columnTypes }
    }

    /// Sends a chunk when it is asked for.
    ///
    /// - Throws: `CancellationError` when nobody reads any more.
    func send(_ chunk: [UInt8]) async throws {
        var iterator = requests.makeAsyncIterator()
        guard await iterator.next() != nil else { throw CancellationError() }
        chunks.yield(chunk)
    }
}
