import AMQP
import Postgres
import Synchronization

/// What a server has just refused to a load that goes on trying.
final class ServerTrouble: Sendable {
    private let state = Mutex<(now: String?, last: String?)>((nil, nil))

    /// What is refused now, in words; `nil` when all goes well.
    var now: String? { state.withLock(\.now) }
    /// What was refused last.
    var last: String? { state.withLock(\.last) }

    /// Notes a refusal, or with `nil` that it is over.
    func note(_ error: (any Error)?) {
        let words = error.map(Self.words)
        state.withLock { state in
            state.now = words
            state.last = words ?? state.last
        }
    }

    /// The server and what it says; a full disk in plain words.
    static func words(_ error: any Error) -> String {
        switch error {
        case let error as PostgresError where error.code == .sqlState(.diskFull):
            "Postgres has no room on its disk: \(error.description)"
        case let error as PostgresError: "Postgres: \(error.description)"
        case let error as AMQPError: "RabbitMQ: \(error.description)"
        default: String(describing: error)
        }
    }
}
