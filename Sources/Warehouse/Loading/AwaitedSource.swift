import Extraction
import Pipelines
import Planning
import Postgres
import Rows

/// A source that is not there, with how long its extract wants it awaited.
struct AwaitedSource: TaskFailureConvertible {
    let taskFailure: TaskFailure

    /// `nil` when `error` says something else than that the source is not there.
    init?(_ error: any Error, of extract: Extract) {
        var failure = TaskFailure(any: error)
        switch error {
        case let error as ExtractionError where error.isAbsence:
            failure.absence = Absence(extract.input.absence, patience: extract.patience)
        case let error as SourceFailure where error.cause.isAbsence:
            failure.absence = Absence(.database, patience: extract.patience)
        default: return nil
        }
        failure.isRetryable = true
        taskFailure = failure
    }
}

/// Reads a source that may vanish while it is read.
struct AwaitedReader: RowReader {
    private let extract: Extract
    private var reader: any RowReader

    /// Opens the reader of an extract; that its source is not there is thrown as ``AwaitedSource``.
    static func open(
        _ extract: Extract,
        _ open: () async throws -> any RowReader
    ) async throws -> AwaitedReader {
        do {
            return AwaitedReader(extract: extract, reader: try await open())
        } catch {
            throw AwaitedSource(error, of: extract) ?? error
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
        } catch {
            throw AwaitedSource(error, of: extract) ?? error
        }
    }
}

extension Extract.Input {
    fileprivate var absence: Absence.Kind {
        switch self {
        case .csv: .files
        case .query: .database
        }
    }
}

extension PostgresError {
    /// Whether there is no server to talk to, for now.
    fileprivate var isAbsence: Bool {
        switch code {
        case .connectionRefused, .connectionLost, .timeout: true
        default: sqlState == .cannotConnectNow
        }
    }
}
