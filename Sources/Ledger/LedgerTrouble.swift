import Planning
import Postgres

/// What hinders whoever asks the ledger, by what can be done about it.
///
/// A server's own words are in none: they may quote what was asked.
public enum LedgerTrouble: Sendable, Hashable {
    /// A value that was asked for is none that Postgres has, such as text with a NUL.
    case unfitValue
    /// This login may not read or do that; with the table where the server names one.
    case missingRight(String?)
    /// The ledger knows nothing of that name, in its own words.
    case unknown(String)
    /// The ledger refuses it, in its own words.
    case refused(String)
    /// No server answers, or in time.
    case noAnswer
    /// A fault of the program.
    case fault

    /// What an error of a desk comes down to.
    public init(_ error: any Error) {
        switch error {
        case let error as PostgresError: self.init(error)
        case let error as LedgerError where Self.unknown.contains(error.code):
            self = .unknown(error.description)
        case let error as UnknownLoad: self = .unknown(error.description)
        case let error as any WarehouseRefusal: self = .refused(error.description)
        case let error as NewerLedger: self = .refused(error.description)
        case let error as UnreadableDefinition: self = .refused(error.description)
        case is CancellationError: self = .noAnswer
        default: self = .fault
        }
    }

    private static let unknown: Set<LedgerError.Code> = [
        .unknownTask, .unknownPipeline, .unknownSchedule, .unknownExport, .unknownPlan,
    ]

    private init(_ error: PostgresError) {
        if error.sqlState == .insufficientPrivilege {
            self = .missingRight(error.table)
        } else if error.code == .invalidParameter || error.sqlState?.errorClass == "22" {
            self = .unfitValue
        } else {
            switch error.code {
            case .connectionRefused, .connectionLost, .authentication, .tls, .timeout, .cancelled:
                self = .noAnswer
            default:
                self = error.isServerTrouble || error.isRetryable ? .noAnswer : .fault
            }
        }
    }
}
