import Planning
import Postgres

/// The database of a source failed, or refused a query.
///
/// In an attempt the source and the warehouse are both Postgres, and only the errors of the source are the
/// task's.
struct SourceFailure: TaskFailureConvertible {
    /// The source, as the definition calls it.
    let source: String
    let cause: PostgresError

    /// An error of a source's reader: one of its database becomes a failure of the source.
    static func translated(_ error: any Error, of source: String) -> any Error {
        (error as? PostgresError).map { SourceFailure(source: source, cause: $0) } ?? error
    }

    /// It counts as the task's, as a missing file does; but a server that has no connection left is waited
    /// for: it is our own slots that have taken them.
    var taskFailure: TaskFailure {
        TaskFailure(
            code: "source.postgres." + (cause.sqlState?.rawValue ?? "\(cause.code)"),
            message: "the source `\(source)`: \(cause.description)",
            // Elsewhere it tells of a standby; a source is only read by our own wish.
            isRetryable: cause.isRetryable && cause.sqlState != .readOnlySQLTransaction,
            origin: cause.sqlState == .tooManyConnections ? .servers : .task
        )
    }
}
