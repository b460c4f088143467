import Extraction
import Planning
import Postgres
import Rows

/// Reads a source and says of its database's errors whose they are: in an attempt the source and the
/// warehouse are both Postgres, and only the errors of the source are the task's.
struct SourceReader: RowReader {
    private let source: String
    private var reader: any RowReader

    /// Opens the reader of a source, by its name.
    ///
    /// - Throws: ``SourceFailure`` in place of `PostgresError`, and whatever else `open` throws.
    static func open(
        _ source: String,
        _ open: () async throws -> any RowReader
    ) async throws -> SourceReader {
        do {
            return SourceReader(source: source, reader: try await open())
        } catch let error as PostgresError {
            throw SourceFailure(source: source, cause: error)
        }
    }

    var header: [String] { reader.header }
    var firstInput: String { reader.firstInput }
    var types: [SourceType?] { reader.types }
    var inputs: [InputSummary] { reader.inputs }
    func isKnownElsewhere(_ column: String) -> Bool { reader.isKnownElsewhere(column) }

    nonisolated(nonsending) mutating func next() async throws -> RowBatch? {
        do {
            return try await reader.next()
        } catch let error as PostgresError {
            throw SourceFailure(source: source, cause: error)
        }
    }
}

/// The database of a source failed, or refused a query.
struct SourceFailure: TaskFailureConvertible {
    /// The source, as the definition calls it.
    let source: String
    let cause: PostgresError

    /// It counts as the task's, as a missing file does; but a server that has no connection left is waited
    /// for: it is our own slots that have taken them.
    var taskFailure: TaskFailure {
        TaskFailure(
            code: "source.postgres." + (cause.sqlState?.rawValue ?? "\(cause.code)"),
            message: "the source `\(source)`: \(cause.description)",
            isRetryable: cause.isRetryable,
            origin: cause.sqlState == .tooManyConnections ? .servers : .task
        )
    }
}
