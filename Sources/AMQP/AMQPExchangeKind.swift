/// The kinds of exchange.
public enum AMQPExchangeKind: String, Sendable, Hashable {
    /// Routes by the whole routing key.
    case direct
    /// Routes to every bound queue.
    case fanout
    /// Routes by patterns of the routing key.
    case topic
    /// Routes by headers.
    case headers
}
