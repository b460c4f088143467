public import Planning

/// A dead letter and what the ledger says of its task.
public struct DeadEntry: Sendable, Encodable {
    /// What commands call it.
    public var letter: String
    /// Why it was set aside.
    public var code: String
    /// The same in words.
    public var reason: String
    /// The queue it came from.
    public var queue: String
    /// How many bytes it has.
    public var bytes: Int
    /// The table, and the period where it has one.
    public var table: String?
    /// The pipeline's name.
    public var pipeline: String?
    /// Where the task stands; `nil` for garbage.
    public var state: State?
    /// Why the last attempt failed.
    public var failure: String?
    /// Attempts that ended in an error.
    public var failures: Int?
    /// Attempts that ended with their worker.
    public var crashes: Int?
    /// The last worker.
    public var worker: String?

    /// Where the task of a letter stands.
    public enum State: Sendable, Hashable, Encodable {
        /// As the ledger tells it.
        case known(TaskState)
        /// The ledger has no such task.
        case unknown

        /// In a word.
        public var word: String {
            switch self {
            case .known(let state): state.rawValue
            case .unknown: "unknown"
            }
        }

        /// As its word.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(word)
        }
    }

    /// A letter of whose task nothing is known yet.
    public init(letter: String, code: String, reason: String, queue: String, bytes: Int) {
        self.letter = letter
        self.code = code
        self.reason = reason
        self.queue = queue
        self.bytes = bytes
    }
}

/// Dead letters from the head of their queue.
public struct DeadEntries: Sendable {
    /// They, the oldest first.
    public var entries: [DeadEntry]
    /// How many there are in the whole queue.
    public var total: Int

    /// The first letters of some.
    public init(_ entries: [DeadEntry], of total: Int) {
        self.entries = entries
        self.total = total
    }
}
