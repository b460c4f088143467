/// Sends what waits and counts confirms, on the thread of one connection.
struct PublishLoop {
    /// The header by which a returned message is recognised: `basic.return` carries no tag.
    static let tagHeader = "x-publish-tag"

    private let channel: Channel
    private let queue: PublishQueue
    private let bell: Doorbell
    private let post: EventPost
    private var window: ConfirmWindow<PublishQueue.Outgoing>
    private var isBlocked = false

    init(
        channel: Channel,
        queue: PublishQueue,
        bell: Doorbell,
        post: EventPost,
        windowSize: Int
    ) {
        self.channel = channel
        self.queue = queue
        self.bell = bell
        self.post = post
        window = ConfirmWindow(capacity: windowSize)
    }

    /// Runs until the queue is closed.
    ///
    /// - Throws: When the connection is lost; messages of unknown fate are back in the queue then.
    mutating func run() throws(AMQPError) {
        queue.setObstacle(.none)
        do throws(AMQPError) {
            while !queue.isClosed {
                // Before each message, because librabbitmq can block for ever on a peer whose
                // silence it has not been told to notice.
                while let incoming = try channel.receive() { handle(incoming) }
                if !isBlocked, !window.isFull, let outgoing = queue.next() {
                    try send(outgoing)
                } else {
                    channel.wait(for: bell)
                }
            }
        } catch {
            queue.putBack(window.unsettled(), after: error)
            throw error
        }
    }

    private mutating func send(_ outgoing: PublishQueue.Outgoing) throws(AMQPError) {
        var headers = outgoing.message.headers
        headers[Self.tagHeader] = .integer(Int64(window.nextTag))
        window.add(outgoing)
        try channel.publish(outgoing.message, headers: headers)
    }

    private mutating func handle(_ incoming: Incoming) {
        switch incoming {
        case .confirmation(let tag, let isMultiple, let isPositive):
            let outcomes = window.settle(tag: tag, isMultiple: isMultiple, isPositive: isPositive)
            for outcome in outcomes {
                queue.settle(outcome.message, failure: outcome.failure)
            }
        case .returned(let replyCode, let text, let content):
            let tag = content.headers[Self.tagHeader]?.integer ?? 0
            window.markReturned(tag: UInt64(clamping: tag), replyCode: replyCode, text: text)
        case .blocked(let reason):
            isBlocked = true
            queue.setObstacle(.blocked(reason: reason))
            post.send(.blocked(reason: reason))
        case .unblocked:
            isBlocked = false
            queue.setObstacle(.none)
            post.send(.unblocked)
        case .delivery, .consumerCancelled:
            break
        }
    }
}

extension ConfirmWindow.Outcome where Message == PublishQueue.Outgoing {
    fileprivate var failure: AMQPError? {
        switch fate {
        case .confirmed: nil
        case .nacked: .nacked(message.message)
        case .returned(let replyCode, let text):
            .returned(message.message, replyCode: replyCode, text: text)
        }
    }
}
