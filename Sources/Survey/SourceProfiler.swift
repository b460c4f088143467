public import Extraction
import Pipelines
import Rows
import Words

/// Reads a source once and profiles it, in memory that does not grow with it.
public struct SourceProfiler {
    private var profile: SourceProfile
    private let header: [ExactText]
    private var columns: [ColumnProfiler]
    private var rowHashes: RowHashes
    private let limit: Int?
    /// Rows at the end, so far, that could not be read.
    private var faultsAtEnd = 0

    /// Hashes that are kept for exact counts of distinct values, all columns together.
    private static let hashBudget = 2_000_000
    private static let largestBound = 1_000_000
    private static let smallestBound = 10_000

    /// Profiles the file at `path`, compressed or not.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: How many rows are read at most; by default all.
    /// - Returns: What was found.
    /// - Throws: `ExtractionError` when it cannot be read.
    public static func profile(
        file path: String,
        limit: Int? = nil
    ) async throws -> SourceProfile {
        let guess = try await FormatGuess(ofFile: path)
        let reader = try await Sources.open(files: [path], format: guess.format)
        return try await profile(reader, name: path, limit: limit).written(guess)
    }

    /// Profiles files of one folder as one table, and makes sure of its keys by reading it again.
    ///
    /// - Parameters:
    ///   - paths: Where they are: at least one.
    ///   - limit: How many rows are read at most; by default all. Then keys stay as unsure as they are.
    /// - Returns: What was found of all of them together.
    /// - Throws: `ExtractionError` when one cannot be read.
    public static func profile(
        files paths: [String],
        limit: Int? = nil
    ) async throws -> SourceProfile {
        let name = paths.joined(separator: ", ")
        let guess = try await FormatGuess(ofFile: paths[0])
        func open() async throws -> any RowReader {
            try await Sources.open(files: paths, format: guess.format)
        }
        let profile = try await profile(try await open(), name: name, limit: limit).written(guess)
        return limit == nil ? try await KeyProof.proven(profile, open) : profile
    }

    /// Profiles what a reader gives.
    ///
    /// - Parameters:
    ///   - reader: The rows.
    ///   - name: What they are called.
    ///   - limit: How many rows are read at most; by default all.
    /// - Returns: What was found.
    /// - Throws: What the reader throws.
    public static func profile(
        _ reader: any RowReader,
        name: String,
        limit: Int? = nil
    ) async throws -> SourceProfile {
        var reader = reader
        var profiler = SourceProfiler(name: name, header: reader.header, limit: limit)
        while profiler.wantsMore, let batch = try await reader.next() {
            profiler.profile.otherColumns.formUnion(batch.columns ?? [])
            profiler.take(batch.arranged(as: reader.header))
        }
        return profiler.finish()
    }

    private init(name: String, header: [ExactText], limit: Int?) {
        profile = SourceProfile(name: name)
        self.header = header
        self.limit = limit
        let share = Self.hashBudget / max(header.count, 1)
        let bound = min(max(share, Self.smallestBound), Self.largestBound)
        columns = header.map { ColumnProfiler(name: $0, distinctBound: bound) }
        rowHashes = RowHashes(width: header.count)
    }

    private var wantsMore: Bool { profile.isWhole }

    private mutating func take(_ batch: RowBatch) {
        let bytes = batch.bytes
        for row in batch.rows {
            if let limit, profile.rows >= limit {
                profile.isWhole = false
                return
            }
            guard row.fault < 0 else {
                note(batch.faults[row.fault], line: row.line)
                continue
            }
            take(row, of: batch, bytes.span)
        }
    }

    private mutating func take(_ row: RowBatch.Row, of batch: RowBatch, _ bytes: Span<UInt8>) {
        profile.rows += 1
        faultsAtEnd = 0
        var hashes: [UInt64] = []
        hashes.reserveCapacity(columns.count)
        var repeatsHeader = profile.rows <= 1_000 && !columns.isEmpty
        for index in columns.indices {
            let slice = batch.fields[row.firstField + index]
            let field = bytes.extracting(slice.start..<slice.start + slice.length)
            hashes.append(
                columns[index].take(field, wasQuoted: slice.wasQuoted, line: row.line)
            )
            if repeatsHeader && !Self.equals(field, header[index]) { repeatsHeader = false }
        }
        if repeatsHeader {
            profile.remarks.append("line \(row.line) repeats the header: remove it")
        }
        rowHashes.add(hashes)
    }

    private mutating func note(_ fault: RowFault, line: Int) {
        faultsAtEnd += 1
        let known = profile.faults ?? (count: 0, firstLine: line, reason: fault.reason)
        profile.faults = (known.count + 1, known.firstLine, known.reason)
    }

    private consuming func finish() -> SourceProfile {
        var profile = profile
        profile.columns = columns.map { $0.profile(rows: profile.rows) }
        profile.rowHashes = rowHashes
        profile.otherColumns.subtract(header)
        if profile.rows == 0, profile.faults == nil {
            profile.remarks.append("there is no row below the header")
        }
        profile.faultsAtEnd = faultsAtEnd
        let nameless = header.indices.filter { header[$0].isEmpty }.map { "\($0 + 1)" }
        if !nameless.isEmpty {
            profile.remarks.append(
                "without a name: column \(nameless.joined(separator: ", ")); give the header a "
                    + "name for each"
            )
        }
        KeySearch(profile: profile).run(into: &profile)
        return profile
    }

    private static func equals(_ field: Span<UInt8>, _ text: ExactText) -> Bool {
        let utf8 = text.utf8
        guard utf8.count == field.count else { return false }
        for (index, byte) in utf8.enumerated() where field[index] != byte { return false }
        return true
    }
}
