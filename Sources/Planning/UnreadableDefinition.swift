/// A load's definition, as the ledger keeps it, that this version of the program refuses: a newer version may
/// refuse what an older one has loaded.
public struct UnreadableDefinition: TaskFailureConvertible, Hashable, CustomStringConvertible {
    /// The load.
    public var load: Int64
    /// What is wrong with the definition, on one line.
    public var problem: String

    /// An error.
    public init(load: Int64, problem: String) {
        self.load = load
        self.problem = problem
    }

    /// What is wrong and what to do.
    public var description: String {
        "the definition of load \(load) cannot be read by this version: \(problem); "
            + "load the periods again"
    }

    /// The failure to record: no other attempt reads it either.
    public var taskFailure: TaskFailure {
        TaskFailure(code: "definition.unreadable", message: description, isRetryable: false)
    }
}
