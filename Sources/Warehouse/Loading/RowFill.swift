import Extraction
import Planning
import Postgres
import Rows

/// Fills a table from a reader: batches of rows through the encoder into a binary COPY.
///
/// Memory is bounded: a batch at a time is encoded, and when many rejects have come together the
/// COPY is ended, the rejects are stored, and another COPY goes on.
final class RowFill {
    private let attempt: Attempt
    private var reader: any RowReader
    private var encoder: RowEncoder
    private let copySQL: String
    private let references: ReferenceMaps
    private var keys: KeyMaps
    private var rejects: [Reject] = []
    /// The names of the inputs that batches came from.
    private var inputNames: [Int: String] = [:]
    private var buffer: [UInt8] = []
    private var sideConnection: PostgresConnection?
    private var isAtEnd = false
    /// How many rows each rule refused.
    private(set) var rejectsByRule: [String: Int] = [:]

    private static let rejectsKept = 5_000
    /// Rows that wait for their inferred members before these are made, all in one transaction.
    private static let rowsDeferred = 5_000

    init(
        _ attempt: Attempt,
        reader: any RowReader,
        layout: RowLayout,
        columns: [String],
        into table: String,
        references: ReferenceMaps,
        grain: [Int] = [],
        bounds: PeriodBounds? = nil
    ) throws {
        self.attempt = attempt
        self.reader = reader
        self.references = references
        copySQL = "copy \(table) (\(quotedList(columns))) from stdin (format binary)"
        keys = KeyMaps(references.maps)
        encoder = try RowEncoder(
            layout: layout,
            header: reader.header,
            grain: grain,
            bounds: bounds,
            zones: try ZoneTables.load(layout.zones)
        )
    }

    /// Names, sizes and digests of what was read.
    var input: String {
        reader.inputs
            .map { "\($0.name) (\($0.size) bytes, xxh64 \(String($0.digest, radix: 16)))" }
            .joined(separator: "; ")
    }

    /// The columns of what was read.
    var header: [String] { reader.header }

    /// Reads to the end.
    ///
    /// - Throws: `WarehouseError` when rows do not add up; what the reader or Postgres throw.
    func run() async throws -> RowCounts {
        do {
            let counts = try await copyAll()
            await sideConnection?.close()
            return counts
        } catch {
            await sideConnection?.close()
            throw error
        }
    }

    private func copyAll() async throws -> RowCounts {
        let store = RejectStore(attempt: attempt)
        try await store.supersedeEarlier()
        var stored = 0
        while !isAtEnd {
            stored += try await copyUntilManyRejects()
            try await keepRejects(in: store)
        }
        let tally = encoder.counts
        let counts = RowCounts(
            read: tally.read,
            loaded: tally.loaded,
            rejected: tally.rejected,
            deduplicated: tally.deduplicated
        )
        guard counts.isConserved, counts.loaded == stored else {
            throw WarehouseError.notConserved(attempt.row.table, counts, stored: stored)
        }
        return counts
    }

    private func copyUntilManyRejects() async throws -> Int {
        try await attempt.connection.copyIn(copySQL) { writer in
            try await writer.write(BinaryCopy.header)
            while !isAtEnd, rejects.count < Self.rejectsKept, try await encodeNextBatch() {
                try await writer.write(buffer)
                attempt.observer.reached(.copying)
            }
            try await writer.write(BinaryCopy.trailer)
        }
    }

    /// Encodes the next batch into ``buffer``; `false` at the end.
    private func encodeNextBatch() async throws -> Bool {
        buffer.removeAll(keepingCapacity: true)
        guard let batch = try await nextBatch() else {
            isAtEnd = true
            try await inferMembers()
            return !buffer.isEmpty
        }
        attempt.observer.reached(.extracting)
        inputNames[batch.input] = batch.inputName
        encoder.encode(batch, keys: &keys, into: &buffer, rejects: &rejects)
        if encoder.deferredCount >= Self.rowsDeferred { try await inferMembers() }
        attempt.progress(batch.rows.count, batch.bytes.count)
        return true
    }

    /// The time until the batch is here is the source's, not ours.
    private func nextBatch() async throws -> RowBatch? {
        try Task.checkCancellation()
        attempt.observer.waits(forSource: true)
        defer { attempt.observer.waits(forSource: false) }
        return try await reader.next()
    }

    private func inferMembers() async throws {
        guard encoder.deferredCount > 0 else { return }
        let connection = try await side()
        for (map, missing) in encoder.missingKeys().enumerated() where !missing.isEmpty {
            let members = InferredMembers(
                dimension: references.dimensions[map],
                attempt: attempt
            )
            try await members.create(missing, on: connection) { key, surrogate, start in
                keys.insert(key, surrogate: surrogate, validFrom: start, map: map)
            }
        }
        encoder.encodeDeferred(keys: &keys, into: &buffer, rejects: &rejects)
    }

    private func side() async throws -> PostgresConnection {
        if let sideConnection { return sideConnection }
        let connection = try await attempt.sideConnection()
        sideConnection = connection
        return connection
    }

    private func keepRejects(in store: RejectStore) async throws {
        for reject in rejects { rejectsByRule[reject.rule, default: 0] += 1 }
        try await store.write(rejects, inputNames: inputNames)
        rejects.removeAll(keepingCapacity: true)
    }
}
