/// Something that happened to the connection of a publisher or consumer, for logs and gauges.
public enum AMQPEvent: Sendable {
    /// A connection stands and is in use; `generation` is its number.
    case connected(generation: Int)
    /// The connection broke, or an attempt failed; the next attempt is after `retryingAfter`.
    case lost(any Error, retryingAfter: Duration)
    /// The broker takes no messages for this reason.
    case blocked(reason: String)
    /// The broker takes messages again.
    case unblocked
    /// The broker cancelled the consumer of this queue; a reconnection follows.
    case cancelledByBroker(queue: String)
    /// A settlement came too late: its delivery had died with its connection, or was settled before.
    case staleSettlement(AMQPReceipt)
}
