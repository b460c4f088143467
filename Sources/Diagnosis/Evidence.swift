public import Ledger
public import Planning

/// What a diagnosis of a task rests on: what servers tell of it, and of the tasks that it needs.
public struct Evidence: Sendable {
    /// What the ledger knows of it.
    public var facts: TaskFacts
    /// The first tasks that it needs and that are not done.
    public var needs: [Need] = []
    /// How many more there are.
    public var furtherNeeds = 0
    /// What its pipeline has running; `nil` for one without a limit, or when nobody asked.
    public var crowd: PipelineCrowd?
    /// Who holds its lease in Redis; `nil` when nobody asked.
    public var lease: Answer<String?>?
    /// The queue of its pool; `nil` when nobody asked.
    public var queue: Answer<Queue>?
    /// The workers that the fleet knows, by Redis; `nil` when nobody asked.
    public var workers: [WorkerPresence]?
    /// How many tasks of its pool are published and not begun.
    public var unbegun: Int?
    /// The places of the fleet's coordinators; `nil` when nobody asked.
    public var places: CoordinatorPlaces?

    /// What the ledger knows of a task.
    public init(_ facts: TaskFacts) {
        self.facts = facts
    }

    /// A task that another one needs.
    public struct Need: Sendable {
        /// What is known of it.
        public var evidence: Evidence
        /// Whether it is told of already.
        public var isTold: Bool

        /// A need.
        public init(_ evidence: Evidence, isTold: Bool) {
            self.evidence = evidence
            self.isTold = isTold
        }
    }

    /// What a server says.
    public enum Answer<Value: Sendable>: Sendable {
        /// What was asked.
        case told(Value)
        /// Why it does not say it.
        case untold(String)
    }

    /// A queue of tasks.
    public struct Queue: Sendable {
        /// Messages that no consumer has yet.
        public var ready: Int
        /// Consumers.
        public var consumers: Int
        /// Why the broker takes no messages; `nil` when it does.
        public var alarm: String?

        /// A queue and its broker.
        public init(ready: Int, consumers: Int, alarm: String?) {
            self.ready = ready
            self.consumers = consumers
            self.alarm = alarm
        }
    }
}
