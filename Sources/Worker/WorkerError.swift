/// Why a worker ended.
public struct WorkerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable reason code.
    public let code: Code
    /// What happened and what to do.
    public let message: String

    /// The reasons.
    public enum Code: String, Sendable, Hashable {
        /// The receiver ended its deliveries though nobody had stopped it.
        case deliveriesEnded = "worker.deliveriesEnded"
    }

    /// `message [code]`.
    public var description: String { "\(message) [\(code.rawValue)]" }

    static func deliveriesEnded(worker: String) -> WorkerError {
        WorkerError(
            code: .deliveriesEnded,
            message: "the worker `\(worker)` gets no more deliveries although it was not stopped; "
                + "check that the broker is reachable, then start the worker again"
        )
    }
}
