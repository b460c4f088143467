/// A queue to consume from.
public struct AMQPSubscription: Sendable, Hashable {
    /// The queue's name.
    public var queue: String
    /// How many deliveries may be unsettled at a time, from 1 to 65,535.
    public var prefetch: UInt16
    /// Whether nobody else may consume from it.
    public var isExclusive: Bool
    /// Arguments such as `x-priority`.
    public var arguments: AMQPTable

    /// Creates a subscription.
    public init(
        queue: String,
        prefetch: UInt16,
        isExclusive: Bool = false,
        arguments: AMQPTable = [:]
    ) {
        self.queue = queue
        self.prefetch = prefetch
        self.isExclusive = isExclusive
        self.arguments = arguments
    }
}
