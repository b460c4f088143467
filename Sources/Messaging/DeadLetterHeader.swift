import AMQP
import Words

/// The headers of dead letters.
public enum DeadLetterHeader {
    /// The stable reason code.
    public static let code = "x-longshore-reason"
    /// What happened and what to do.
    public static let message = "x-longshore-message"
    /// The queue the message came from.
    public static let queue = "x-longshore-queue"

    /// The most bytes of one that people read.
    static let longest = 4_096

    static func headers(code: String, message: String, queue: String) -> AMQPTable {
        // Frames have a size limit, and headers are not cut into several.
        [
            Self.code: .string(code),
            Self.message: .string(VisibleText.shortened(message, toBytes: Self.longest)),
            Self.queue: .string(queue),
        ]
    }
}
