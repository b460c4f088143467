/// One of the three servers of a local stack.
public enum StackServer: String, Sendable, Hashable, Codable, CaseIterable {
    /// The message broker.
    case rabbitmq
    /// The warehouse and the ledger.
    case postgres
    /// What is in flight.
    case redis

    /// The name for people.
    public var title: String {
        switch self {
        case .rabbitmq: "RabbitMQ"
        case .postgres: "Postgres"
        case .redis: "Redis"
        }
    }

    /// The user that Debian's package makes for it: the stack runs it as that one when root asks.
    var userName: String { rawValue }
}
