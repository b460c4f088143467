/// The name of a delivery on the connection that made it.
public struct AMQPReceipt: Sendable, Hashable {
    /// The connection's number, unique in the process: a delivery dies with its connection.
    public let generation: Int
    /// The delivery tag.
    public let tag: UInt64

    /// Creates a receipt from its parts.
    public init(generation: Int, tag: UInt64) {
        self.generation = generation
        self.tag = tag
    }
}
