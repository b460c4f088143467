import Extraction
import Ledger
import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Fills a table from a reader: batches of rows through the encoder into a binary COPY.
///
/// Memory is bounded, in bytes: some megabytes at a time are encoded. When many rejects have come
/// together, or many rows wait for members that have yet to be looked up or made, the COPY is ended, the
/// rejects are stored or the members found, and another COPY goes on.
final class RowFill {
    private let attempt: Attempt
    private var reader: any RowReader
    private let layout: RowLayout
    private var encoder: RowEncoder
    private let table: SQL
    private let copySQL: SQL
    private var references: ReferenceMaps
    private var keys: KeyMaps
    private var rejects: [Reject] = []
    /// The names of the inputs that batches came from.
    private var inputNames: [Int: String] = [:]
    /// The columns of inputs that have others than the first one; and those of the last one.
    private var otherColumns: [Int: [ExactText]] = [:]
    private var columns: [ExactText]
    private var absences = AbsentColumns()
    private var buffer: [UInt8] = []
    /// What was read last, and the first of its rows that is still to be encoded.
    private var batch: RowBatch?
    private var nextRow = 0
    /// Bytes of files that were told.
    private var bytesTold = 0
    private var sideConnection: PostgresConnection?
    private var isAtEnd = false
    private var stored = 0
    /// What was refused.
    private(set) var refusals = Refusals()
    /// How many rows came late for each earlier period, by its label.
    private(set) var lateRows: [String: Int] = [:]

    /// Rejects that are kept before they are stored, and their bytes.
    private static let rejectsKept = 5_000
    private static let rejectBytesKept = 8 << 20
    /// Rows that wait for members before these are looked up and made, all at once, and their bytes.
    private static let rowsDeferred = 20_000
    private static let bytesDeferred = 32 << 20
    /// What is kept of the members that were looked up in Postgres, in bytes.
    private static let learnedKept = 8 << 20

    init(
        _ attempt: Attempt,
        reader: any RowReader,
        layout: RowLayout,
        columns: [String],
        into table: SQL,
        references: ReferenceMaps,
        grain: [Int] = [],
        comparing scope: GrainScope = .all(memory: .max),
        bounds: PeriodBounds? = nil,
        isFrozen: Bool = false
    ) async throws {
        self.attempt = attempt
        self.reader = reader
        self.references = references
        self.layout = layout
        self.table = table
        copySQL =
            "copy \(table) (\(ids: columns)) from stdin (format binary\(isFrozen ? ", freeze" : ""))"
        keys = references.keyMaps
        self.columns = reader.header
        let absent = await reader.mayLack(layout, below: reader.header)
        encoder = try RowEncoder(
            layout: layout,
            header: reader.header,
            types: reader.types,
            grain: grain,
            comparing: scope,
            bounds: bounds,
            zones: try ZoneTables.load(layout.zones),
            input: reader.firstInput,
            mayLack: absent.contains
        )
        absences.add(encoder.absent, input: reader.firstInput)
    }

    /// What is to be recorded of what was read to its end.
    ///
    /// - Parameters:
    ///   - counts: what became of the rows.
    ///   - warnings: what is worth one besides the columns that were not there.
    /// - Returns: the result, as far as reading tells it.
    func result(_ counts: RowCounts, warnings: [String] = []) -> AttemptResult {
        AttemptResult(
            counts: counts,
            input: reader.inputs
                .map { "\($0.name) (\($0.size) bytes, sha256 \($0.digest))" }
                .joined(separator: "; "),
            inputs: reader.inputs,
            header: reader.header,
            types: reader.types,
            warnings: absences.warnings + warnings
        )
    }

    /// Reads to the end.
    ///
    /// - Throws: `LoadingError` when rows do not add up; what the reader or Postgres throw.
    func run() async throws -> RowCounts {
        do {
            let counts = try await copyAll()
            await closeSide()
            return counts
        } catch {
            await closeSide()
            throw error
        }
    }

    /// Reads another reader of the same columns to its end, as if its rows followed those before.
    ///
    /// - Returns: What became of all rows so far.
    /// - Throws: As ``run()`` does.
    func goOn(with next: any RowReader) async throws -> RowCounts {
        reader = next
        bytesTold = 0
        isAtEnd = false
        return try await run()
    }

    /// Whether rows with the same grain may not have been told.
    var hasMissedGrains: Bool { encoder.hasMissedGrains }

    /// Keeps rows as rejects that were refused after they had been copied.
    func refuse(_ late: [Reject]) async throws {
        rejects += late
        try await keepRejects(in: RejectStore(attempt: attempt))
    }

    private func copyAll() async throws -> RowCounts {
        let store = RejectStore(attempt: attempt)
        try await store.supersedeEarlier()
        repeat {
            stored += try await copyUntilPause()
            if isAtEnd || mustEncodeDeferred { try await encodeDeferred() }
            try await keepRejects(in: store)
        } while !isAtEnd || !buffer.isEmpty
        let tally = encoder.counts
        let counts = RowCounts(
            read: tally.read,
            loaded: tally.loaded,
            rejected: tally.rejected,
            deduplicated: tally.deduplicated
        )
        guard counts.isConserved, counts.loaded == stored else {
            if let loss = try await RowWatch.loss(
                of: counts.loaded - stored,
                from: table,
                on: attempt.connection
            ) {
                throw loss
            }
            throw LoadingError.notConserved(attempt.row.table, counts, stored: stored)
        }
        return counts
    }

    /// Copies what is in ``buffer`` and what comes, until there is something else to do.
    private func copyUntilPause() async throws -> Int {
        try await attempt.connection.copyIn(copySQL) { writer in
            try await writer.write(BinaryCopy.header)
            try await writer.write(buffer)
            while !isAtEnd, !mustKeepRejects, !mustEncodeDeferred {
                try await encodeNextRows()
                try await writer.write(buffer)
                attempt.observer.reached(.copying)
            }
            buffer.removeAll(keepingCapacity: true)
            try await writer.write(BinaryCopy.trailer)
        }
    }

    private var mustKeepRejects: Bool {
        rejects.count >= Self.rejectsKept
            || rejects.reduce(0) { $0 + $1.byteCount } >= Self.rejectBytesKept
    }

    private var mustEncodeDeferred: Bool {
        encoder.deferredCount >= Self.rowsDeferred || encoder.deferredBytes >= Self.bytesDeferred
    }

    /// Encodes the next rows into ``buffer``: those of a batch, or as many as are enough at once.
    private func encodeNextRows() async throws {
        buffer.removeAll(keepingCapacity: true)
        guard let batch = try await batchToEncode() else {
            isAtEnd = true
            attempt.observer.progressed(rows: 0, bytes: untoldBytes() ?? 0)
            return
        }
        let first = nextRow
        nextRow = encoder.encode(
            batch,
            from: first,
            keys: &keys,
            into: &buffer,
            rejects: &rejects
        )
        attempt.observer.progressed(rows: nextRow - first, bytes: bytes(of: batch))
    }

    /// How many bytes have been read for a batch: as they lie in files, or else those of its rows once all are encoded.
    private func bytes(of batch: RowBatch) -> Int {
        untoldBytes() ?? (nextRow == batch.rows.count ? batch.bytes.count : 0)
    }

    /// Bytes of files that were not told yet; `nil` where nobody counts them.
    private func untoldBytes() -> Int? {
        guard let read = reader.bytesRead else { return nil }
        defer { bytesTold = read }
        return read - bytesTold
    }

    /// The batch that is not encoded to its end, or the next one; `nil` when all have been read.
    private func batchToEncode() async throws -> RowBatch? {
        try Task.checkCancellation()
        if let batch, nextRow < batch.rows.count { return batch }
        // It need not be in memory while the next one is read.
        batch = nil
        guard let next = try await nextBatch() else { return nil }
        attempt.observer.reached(.extracting)
        inputNames[next.input] = next.inputName
        try await read(next.columns ?? reader.header, of: next)
        let prepared = encoder.prepared(next)
        batch = prepared
        nextRow = 0
        return prepared
    }

    /// Finds the columns of another input by their names there.
    private func read(_ header: [ExactText], of batch: RowBatch) async throws {
        if header != reader.header { otherColumns[batch.input] = header }
        guard header != columns else { return }
        columns = header
        let absent = await reader.mayLack(layout, below: header)
        absences.add(
            try encoder.read(header, of: batch.inputName, mayLack: absent.contains),
            input: batch.inputName
        )
    }

    // MARK: Rows that wait

    /// Encodes the rows that wait into ``buffer``, once all members that they need are known.
    private func encodeDeferred() async throws {
        guard encoder.deferredCount > 0 else { return }
        try await lookUpMembers()
        try await inferMembers()
        encoder.encodeDeferred(keys: &keys, into: &buffer, rejects: &rejects)
        keys.forget(over: Self.learnedKept)
    }

    /// Asks Postgres for members of dimensions whose key maps are not in memory; those that were postponed are loaded
    /// when more rows come.
    private func lookUpMembers() async throws {
        for (map, wanted) in encoder.wantedKeys(in: keys).enumerated() where !wanted.isEmpty {
            if !isAtEnd, let members = try await references.loadPostponed(map, of: attempt) {
                keys.complete(map, with: members)
                continue
            }
            let join = KeyJoin(dimension: references.dimensions[map], attempt: attempt)
            try await join.find(wanted) { key, surrogate, start in
                keys.learn(key, surrogate: surrogate, validFrom: start, map: map)
            }
        }
    }

    /// The time until the batch is here is the source's, not ours.
    private func nextBatch() async throws -> RowBatch? {
        attempt.observer.waits(forSource: true)
        defer { attempt.observer.waits(forSource: false) }
        return try await reader.next()
    }

    private func inferMembers() async throws {
        for (map, missing) in encoder.missingKeys(in: keys).enumerated() where !missing.isEmpty {
            try await infer(missing, ofMap: map)
        }
    }

    private func infer(_ missing: [MissingKey], ofMap map: Int) async throws {
        let members = InferredMembers(dimension: references.dimensions[map], attempt: attempt)
        func make(on connection: PostgresConnection) async throws {
            try await members.create(missing, on: connection) { key, surrogate, start in
                keys.insert(key, surrogate: surrogate, validFrom: start, map: map)
            }
        }
        switch attempt.mode {
        case .rehearsal: try await make(on: attempt.connection)
        case .load(let connect):
            let connection = try await side(connect)
            try await connection.transaction { try await make(on: connection) }
        }
    }

    private func side(
        _ connect: () async throws -> PostgresConnection
    ) async throws -> PostgresConnection {
        if let sideConnection { return sideConnection }
        let connection = try await connect()
        sideConnection = connection
        return connection
    }

    private func closeSide() async {
        await sideConnection?.close()
        sideConnection = nil
    }

    private func keepRejects(in store: RejectStore) async throws {
        for reject in rejects {
            refusals.add(reject, of: inputNames[reject.input] ?? "")
            guard reject.rule == PeriodRefusal.late.rule, let period = reject.period else {
                continue
            }
            lateRows[period, default: 0] += 1
        }
        try await store.write(rejects, inputNames: inputNames)
        try await store.keepColumns(otherColumns, of: rejects, inputNames: inputNames)
        rejects.removeAll(keepingCapacity: true)
    }
}
