/// What went wrong between this process and the broker.
public struct AMQPError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; decide by this, never by the text.
    public enum Code: Sendable, Hashable {
        /// The host's name has no address.
        case hostUnknown
        /// Nothing accepts connections at the address.
        case connectionRefused
        /// TLS could not be agreed on: an unknown authority, another host's certificate, an old version.
        case tlsRefused
        /// User or password are wrong, or the user lacks a permission.
        case accessRefused
        /// The virtual host does not exist, or the user may not enter it.
        case virtualHostRefused
        /// The connection broke, or could not be made again in time.
        case connectionLost
        /// The broker did not answer in time.
        case timedOut
        /// The broker takes no messages because it is short of memory or disk.
        case blocked
        /// The broker closed the channel or the connection with this reply code.
        case refused(replyCode: Int)
        /// No queue would have received the message.
        case returned
        /// The broker refused to keep the message.
        case nacked
        /// The broker cancelled a consumer: its queue was deleted or moved.
        case consumerCancelled
        /// The publisher, consumer or connection was closed by its owner.
        case closed
        /// The library could not do what was asked.
        case library(status: Int)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, what happened and what to do; safe to show.
    public let message: String

    /// `message [code]`.
    public var description: String { "\(message) [\(code)]" }

    /// Whether the same call may succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch code {
        case .hostUnknown, .connectionRefused, .connectionLost, .timedOut, .blocked, .nacked,
            .consumerCancelled:
            true
        case .refused(let replyCode):
            // connection forced, resource locked, resource error, internal error
            [320, 405, 506, 541].contains(replyCode)
        case .tlsRefused, .accessRefused, .virtualHostRefused, .returned, .closed, .library:
            false
        }
    }
}

extension AMQPError {
    static func lost(_ what: String) -> AMQPError {
        AMQPError(code: .connectionLost, message: "the connection to the broker is lost: \(what)")
    }

    static func closed(_ what: String) -> AMQPError {
        AMQPError(code: .closed, message: "the \(what) is closed")
    }

    static func returned(_ message: AMQPMessage, replyCode: Int, text: String) -> AMQPError {
        AMQPError(
            code: .returned,
            message: "publishing to \(message.target): no queue took the message "
                + "(\(replyCode) \(text)); declare and bind the queue first"
        )
    }

    static func nacked(_ message: AMQPMessage) -> AMQPError {
        AMQPError(
            code: .nacked,
            message: "publishing to \(message.target): the broker refused to keep the message, "
                + "because a queue is full or failing; publish it again later"
        )
    }

    static func consumerCancelled(queue: String) -> AMQPError {
        AMQPError(
            code: .consumerCancelled,
            message: "consuming `\(queue)`: the broker cancelled the consumer, "
                + "because the queue was deleted or has moved"
        )
    }

    /// The same failure, told as part of something larger.
    func prefixed(_ prefix: String) -> AMQPError {
        AMQPError(code: code, message: "\(prefix): \(message)")
    }
}
