import AMQP
import Ledger
import Planning
import Postgres
import Redis

/// What came of asking a server: a server that is down is mended elsewhere than a missing permission.
enum ServerAnswer {
    case good
    /// It answers, but does not let this login do what was asked.
    case refused(any Error)
    /// It answers, and cannot be asked by a program of this version.
    case unfit(any Error)
    /// It does not answer, or not as it should.
    case down(any Error)

    /// Judges an error by its code, never by its text.
    init(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            let isRefusal =
                error.code == .authentication || error.sqlState == .insufficientPrivilege
            self = isRefusal ? .refused(error) : .down(error)
        case let error as AMQPError:
            let refusals: Set<AMQPError.Code> = [
                .accessRefused, .virtualHostRefused, .refused(replyCode: 403),
            ]
            self = refusals.contains(error.code) ? .refused(error) : .down(error)
        case let error as RedisError:
            let refusals = ["NOAUTH", "WRONGPASS", "NOPERM"]
            if case .server(let prefix) = error.code, refusals.contains(prefix) {
                self = .refused(error)
            } else {
                self = .down(error)
            }
        case let error as LedgerError where error.code == .missingSchema: self = .refused(error)
        case let error as LedgerError where error.code == .olderLedger: self = .unfit(error)
        case let error as NewerLedger: self = .unfit(error)
        default: self = .down(error)
        }
    }

    /// Whether there is a server that speaks.
    var isUp: Bool {
        if case .down = self { return false }
        return true
    }

    /// Whether it lets this login do what was asked; `nil` where nothing is known.
    var isAllowed: Bool? {
        switch self {
        case .good: true
        case .refused, .unfit: false
        case .down: nil
        }
    }

    /// What the server said; `nil` when all is good.
    var problem: String? {
        switch self {
        case .good: nil
        case .refused(let error): "answers, but refuses this login: \(error)"
        case .unfit(let error): "cannot be asked: \(error)"
        case .down(let error): "does not answer: \(error)"
        }
    }
}
