public import Planning

/// A target to which nothing can be delivered as it is: it says nothing of a single effect.
public struct TargetError: TaskFailureConvertible, CustomStringConvertible {
    /// What happened and what to do; never a row's value or a secret.
    public let description: String
    private let code: String

    init(_ code: String, _ description: String) {
        (self.code, self.description) = (code, description)
    }

    /// The failure to record: somebody has to do something.
    public var taskFailure: TaskFailure {
        TaskFailure(code: "export.\(code)", message: description, isRetryable: false)
    }
}
