/// Publishes messages and waits until the broker has confirmed them; reconnects by itself.
///
/// It has a connection and a thread of its own. A message whose connection is lost before its
/// confirm is sent again on the next one, so messages can arrive twice, never not at all. Every
/// message gets the header `x-publish-tag`, by which it is known when it comes back.
public final class AMQPPublisher: Sendable {
    private let queue: PublishQueue
    private let bell: Doorbell
    private let timeout: Duration
    private let serving: Task<Void, Never>

    /// Connects.
    ///
    /// - Parameters:
    ///   - configuration: Where and how.
    ///   - window: How many messages may be on their way without a confirm.
    ///   - timeout: How long ``publish(_:timeout:)`` waits for its confirms unless told otherwise.
    ///   - onConnect: Declares what is needed; called for every new connection before its
    ///     use. It must not block its thread, which serves the heartbeats.
    ///   - onEvent: Told of what happens to the connection, away from its thread.
    /// - Returns: A publisher whose first connection stands.
    /// - Throws: ``AMQPError`` at once for what no repetition can cure, else after
    ///   ``AMQPConfiguration/connectDeadline``; and what `onConnect` throws.
    public static func connect(
        to configuration: AMQPConfiguration,
        window: Int = 500,
        timeout: Duration = .seconds(30),
        onConnect: @escaping @Sendable (AMQPConnection) async throws -> Void = { _ in },
        onEvent: @escaping @Sendable (AMQPEvent) -> Void = { _ in }
    ) async throws -> AMQPPublisher {
        let kept = KeptConnection<Void>(configuration: configuration, post: EventPost(onEvent)) {
            try await onConnect($0)
            try await $0.withChannel { try $0.selectConfirms() }
        }
        return try await kept.start { first in
            AMQPPublisher(kept, startingWith: first, window: window, timeout: timeout)
        }
    }

    private init(
        _ kept: KeptConnection<Void>,
        startingWith first: KeptConnection<Void>.Opened,
        window: Int,
        timeout: Duration
    ) {
        let queue = PublishQueue()
        let bell = Doorbell()
        // Not on the pool: reconnecting must not wait for its threads.
        serving = Task(executorPreference: kept.thread) {
            await kept.keepOpen(startingWith: first) {
                queue.isClosed
            } serve: { opened in
                try await opened.connection.withChannel { channel in
                    var loop = PublishLoop(
                        channel: channel,
                        queue: queue,
                        bell: bell,
                        post: kept.post,
                        windowSize: window
                    )
                    try loop.run()
                }
            } onLost: { error in
                queue.setObstacle(.disconnected(error))
            }
        }
        self.queue = queue
        self.bell = bell
        self.timeout = timeout
    }

    deinit {
        queue.close()
        bell.ring()
        serving.cancel()
    }

    /// Publishes `messages` and returns when the broker has confirmed them all.
    ///
    /// All of them are tried, also when one fails. While the connection is lost, or the broker is
    /// blocked, messages wait for the rest of the time limit.
    ///
    /// - Throws: ``AMQPError``: `returned` (no queue took a mandatory message), `nacked`, `timedOut`,
    ///   `blocked`, `connectionLost` or `closed`; `CancellationError` when the task is cancelled.
    ///   Some of the messages may have been published all the same.
    public func publish(_ messages: [AMQPMessage], timeout: Duration? = nil) async throws {
        guard !messages.isEmpty else { return }
        let batch = queue.reserve()
        let limit = timeout ?? self.timeout
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.submit(messages, as: batch, timeout: limit, continuation: continuation)
                bell.ring()
                // The handler below may have run before the call was in the queue.
                if Task.isCancelled { queue.fail(batch, with: CancellationError()) }
            }
        } onCancel: {
            queue.fail(batch, with: CancellationError())
        }
    }

    /// Fails what is still waiting, and closes the connection.
    public func close() async {
        queue.close()
        bell.ring()
        serving.cancel()
        await serving.value
    }
}
