/// A wrong use of the queues.
public struct MessagingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable, Hashable {
        /// A name that cannot be part of a queue's name.
        case badName = "bad_name"
    }

    /// What kind of mistake it is.
    public let code: Code
    /// What is wrong and what to do.
    public let description: String
    /// Never: the same call fails again.
    public var isRetryable: Bool { false }

    static func badPool(_ name: String) -> MessagingError {
        MessagingError(
            code: .badName,
            description: "the pool `\(name)` cannot name a queue; "
                + "expected 1 to 64 ASCII letters, digits, `_` or `-`"
        )
    }
}
