import Planning

/// What an order of a person has changed.
public struct OrderChange: Sendable, Hashable, Codable {
    /// What it is about: `callcenter`, `7`, `7.12`.
    public var target: String
    /// Whether the order was new; `false` when it had been given before.
    public var isNew: Bool
    /// The loads that it touches.
    public var loads: [Int64]
    /// Load tasks that it changed at once.
    public var tasks: Int
    /// Load tasks that run now, and hear of it within two seconds.
    public var running: Int
    /// Load tasks that may run again after what they need.
    public var unblocked: Int
    /// Load tasks that waited for their next attempt, and wait no more.
    public var hastened = 0
    /// What the reader should know besides.
    public var note: String?

    init(
        target: InterventionTarget,
        isNew: Bool,
        loads: [Int64] = [],
        tasks: Int = 0,
        running: Int = 0,
        unblocked: Int = 0,
        note: String? = nil
    ) {
        self.target = target.description
        self.isNew = isNew
        self.loads = loads
        self.tasks = tasks
        self.running = running
        self.unblocked = unblocked
        self.note = note
    }
}
