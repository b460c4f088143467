/// Calls the owner's closure with events, in order and away from the connection's thread.
struct EventPost: Sendable {
    private let continuation: AsyncStream<AMQPEvent>.Continuation

    init(_ onEvent: @escaping @Sendable (AMQPEvent) -> Void) {
        let (events, continuation) = AsyncStream.makeStream(
            of: AMQPEvent.self,
            bufferingPolicy: .bufferingNewest(1_024)
        )
        self.continuation = continuation
        Task {
            for await event in events { onEvent(event) }
        }
    }

    func send(_ event: AMQPEvent) { continuation.yield(event) }

    func finish() { continuation.finish() }
}
