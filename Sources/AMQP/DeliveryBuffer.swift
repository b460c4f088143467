import Synchronization

/// Deliveries between the connection's thread and whoever iterates.
///
/// Unlike the buffer of an `AsyncStream` it can be emptied: when the connection is lost its
/// deliveries are void, and when consuming ends those that nobody took go back to the queue.
final class DeliveryBuffer: Sendable {
    private struct State {
        var deliveries = FIFO<AMQPDelivery>()
        var waiters: [Int: CheckedContinuation<AMQPDelivery?, Never>] = [:]
        var order = FIFO<Int>()
        var lastWaiter = 0
        var isFinished = false

        mutating func popWaiter() -> CheckedContinuation<AMQPDelivery?, Never>? {
            while let id = order.popFirst() {
                if let waiter = waiters.removeValue(forKey: id) { return waiter }
            }
            return nil
        }
    }

    private let state = Mutex(State())

    /// Hands a delivery to the one who waits longest, or keeps it; `false` when nobody will come.
    func put(_ delivery: AMQPDelivery) -> Bool {
        state.withLock { state in
            if state.isFinished { return false }
            if let waiter = state.popWaiter() {
                waiter.resume(returning: delivery)
            } else {
                state.deliveries.append(delivery)
            }
            return true
        }
    }

    /// The next delivery; `nil` after the end, or when the task is cancelled.
    func next() async -> AMQPDelivery? {
        let id = state.withLock {
            $0.lastWaiter += 1
            return $0.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait(as: id, $0) }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }

    private func wait(as id: Int, _ continuation: CheckedContinuation<AMQPDelivery?, Never>) {
        let answer: (delivery: AMQPDelivery?, isDone: Bool) = state.withLock { state in
            if Task.isCancelled || state.isFinished { return (nil, true) }
            if let delivery = state.deliveries.popFirst() { return (delivery, true) }
            state.waiters[id] = continuation
            state.order.append(id)
            return (nil, false)
        }
        if answer.isDone { continuation.resume(returning: answer.delivery) }
    }

    /// Takes back what nobody has taken.
    func removeAll() -> [AMQPDelivery] {
        state.withLock { $0.deliveries.removeAll() }
    }

    /// Ends the iteration; what nobody has taken can only be removed from now on.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
