import Pipelines
import Planning
import Words

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
        /// An attempt ignored its cancellation.
        case stuck = "worker.stuck"
        /// A time limit is longer than the broker lets a delivery be unsettled.
        case limitTooLong = "worker.limitTooLong"
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

    static func stuck(worker: String, slot: Int, task: LoadTaskID) -> WorkerError {
        WorkerError(
            code: .stuck,
            message: "slot \(slot) of the worker `\(worker)` does not come back from the task "
                + "`\(task)`, which was cancelled: the process ends, nothing is lost, and another "
                + "worker takes the task; look at the source that it was reading"
        )
    }

    static func limitTooLong(_ limit: Duration, most: Duration) -> WorkerError {
        WorkerError(
            code: .limitTooLong,
            message:
                "load tasks may take `\(DurationWords.written(limit))`, but the broker takes a delivery back "
                + "after `\(DurationWords.written(most))` (`consumer_timeout` of RabbitMQ): set a shorter "
                + "`--time-limit`, or raise `consumer_timeout` on the broker and say so in "
                + "LONGSHORE_CONSUMER_TIMEOUT"
        )
    }
}
