/// A queue as the broker describes it.
public struct AMQPQueueState: Sendable, Hashable {
    /// Its name: the broker's choice when none was asked for.
    public let name: String
    /// Messages that are ready to be delivered.
    public let messageCount: Int
    /// Consumers that may take them.
    public let consumerCount: Int
}
