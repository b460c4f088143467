/// What travels through the task queues: names only, never data.
public struct TaskMessage: Sendable, Hashable, Codable {
    /// The task.
    public var task: LoadTaskID
    /// The queue it belongs to, so that a retry finds its way back.
    public var pool: String
    /// What the ledger has made for the task, and wants to see of a worker that writes of it; `nil` when it
    /// has made none.
    public var ticket: String?

    /// Creates a message.
    public init(task: LoadTaskID, pool: String, ticket: String? = nil) {
        self.task = task
        self.pool = pool
        self.ticket = ticket
    }
}

/// A hint to coordinators that a task's state in the ledger has changed.
public struct TaskEvent: Sendable, Hashable, Codable {
    /// The task.
    public var task: LoadTaskID

    /// Creates an event.
    public init(task: LoadTaskID) {
        self.task = task
    }
}

/// A message in a worker's hands, to be acknowledged or given back.
public struct TaskDelivery: Sendable {
    /// The message.
    public let message: TaskMessage
    /// How often the broker delivered it before, as far as the broker knows.
    public let redeliveries: Int
    /// What the queue needs to settle it: stays with the connection that delivered it.
    public let receipt: Receipt

    /// Creates a delivery.
    public init(message: TaskMessage, redeliveries: Int, receipt: Receipt) {
        self.message = message
        self.redeliveries = redeliveries
        self.receipt = receipt
    }

    /// The broker's name of a delivery.
    public struct Receipt: Sendable, Hashable {
        /// The number of the connection, so that receipts of a lost one are recognised.
        public let generation: Int
        /// The delivery tag.
        public let tag: UInt64

        /// Creates a receipt.
        public init(generation: Int, tag: UInt64) {
            self.generation = generation
            self.tag = tag
        }
    }
}
