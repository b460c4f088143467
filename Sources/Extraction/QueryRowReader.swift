import Pipelines
import Postgres
import Rows
import Synchronization

/// Reads the rows of a query from a Postgres database, by `COPY … TO STDOUT` in CSV.
///
/// It runs in a read-only transaction of its own that is rolled back, in which the session means by times and numbers what they
/// are read as. The COPY runs on the connection's thread and stays at most two chunks ahead of its reader. Not to
/// be shared between tasks.
final class QueryRowReader: RowReader {
    private(set) var header: [String] = []
    private(set) var types: [SourceType?] = []
    private(set) var inputs: [InputSummary] = []

    /// A query has no other inputs beside it.
    var firstInput: String { name }
    func knownElsewhere(_ columns: Set<String>) -> Set<String> { [] }

    private let name: String
    private var csv: CSVReader
    private var digest = ContentDigest()
    private let copy: Task<Void, Never>
    private var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
    private let requests: AsyncStream<Void>.Continuation
    private var firstBatch: RowBatch?
    private var isAtEnd = false

    private static let chunkSize = 128 << 10
    private static let chunksAhead = 2

    /// Connects, begins the query and reads its columns.
    static nonisolated(nonsending) func open(
        _ query: String,
        name: String,
        url: ResolvedText,
        period: Period?,
        clock: SourceClock
    ) async throws -> QueryRowReader {
        var configuration = try PostgresSource.configuration(url, name: name)
        configuration.session.timeZone = clock.zone
        let connection = try await connected(configuration, url)
        let query = PreparedQuery(
            text: query,
            name: name,
            bounds: period.map { QueryBounds(period: $0, clock: clock) },
            namesSearchPath: configuration.session.searchPath == nil
        )
        let reader = QueryRowReader(query, of: url, on: connection)
        while reader.csv.header == nil, !reader.isAtEnd {
            reader.firstBatch = try await reader.step()
        }
        reader.header = reader.csv.header ?? []
        reader.types = query.types.withLock(\.self)
        return reader
    }

    private static func connected(
        _ configuration: PostgresConfiguration,
        _ url: ResolvedText
    ) async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(configuration)
        } catch {
            throw url.masked(error)
        }
    }

    private init(_ query: PreparedQuery, of url: ResolvedText, on connection: PostgresConnection) {
        name = query.name
        csv = CSVReader(name: name, keepsBlankLines: true)
        let supply = AsyncThrowingStream.makeStream(of: [UInt8].self, throwing: (any Error).self)
        let demand = AsyncStream.makeStream(of: Void.self)
        chunks = supply.stream.makeAsyncIterator()
        requests = demand.continuation
        for _ in 0..<Self.chunksAhead { requests.yield() }
        copy = Self.start(
            query,
            of: url,
            on: connection,
            to: supply.continuation,
            onDemand: demand.stream
        )
    }

    deinit {
        requests.finish()
        copy.cancel()
    }

    nonisolated(nonsending) func next() async throws -> RowBatch? {
        if let batch = firstBatch.take() { return batch }
        while !isAtEnd {
            if let batch = try await step() { return batch }
        }
        return nil
    }

    /// Reads one chunk.
    private nonisolated(nonsending) func step() async throws -> RowBatch? {
        guard let chunk = try await nextChunk() else {
            isAtEnd = true
            inputs = [InputSummary(name: name, size: digest.count, digest: digest.value)]
            return try csv.finish()
        }
        requests.yield()
        digest.update(chunk.span)
        return try csv.read(chunk.span)
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

    /// Runs the COPY beside its reader, and closes the connection when it ends or fails.
    private static func start(
        _ query: PreparedQuery,
        of url: ResolvedText,
        on connection: PostgresConnection,
        to data: AsyncThrowingStream<[UInt8], any Error>.Continuation,
        onDemand demand: AsyncStream<Void>
    ) -> Task<Void, Never> {
        Task {
            do {
                try await connection.rolledBack {
                    let sql = try await query.copySQL(on: connection)
                    try await copyOut(sql, on: connection, to: data, onDemand: demand)
                }
                data.finish()
            } catch {
                data.finish(throwing: url.masked(error))
            }
            await connection.close()
        }
    }

    /// Sends the COPY's bytes on, a chunk for each request.
    private static func copyOut(
        _ sql: SQL,
        on connection: PostgresConnection,
        to data: AsyncThrowingStream<[UInt8], any Error>.Continuation,
        onDemand demand: AsyncStream<Void>
    ) async throws {
        var requests = demand.makeAsyncIterator()
        var gathered: [UInt8] = []
        gathered.reserveCapacity(chunkSize)
        try await connection.copyOut(sql) { bytes in
            gathered += bytes
            guard gathered.count >= chunkSize else { return }
            guard await requests.next() != nil else { throw CancellationError() }
            data.yield(gathered)
            gathered.removeAll(keepingCapacity: true)
        }
        data.yield(gathered)
    }
}
