import Synchronization
import Words

/// The messages that wait to be sent, and the calls that wait for them.
final class PublishQueue: Sendable {
    /// A message and the call it belongs to.
    struct Outgoing {
        let message: AMQPMessage
        let batch: Int
        /// How often the broker closed the channel while the message was in flight.
        var refusals = 0
    }

    /// What keeps messages from going out.
    enum Obstacle {
        case none
        case blocked(reason: String)
        case disconnected(any Error)
    }

    fileprivate struct Batch {
        let total: Int
        var unsettled: Int
        var failures = 0
        var firstFailure: AMQPError?
        let continuation: CheckedContinuation<Void, any Error>
        let timer: Task<Void, Never>
    }

    private struct State {
        var batches: [Int: Batch] = [:]
        var lastBatch = 0
        var waiting = FIFO<Outgoing>()
        var obstacle = Obstacle.none
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func setObstacle(_ obstacle: Obstacle) {
        state.withLock { $0.obstacle = obstacle }
    }

    // MARK: The caller's side

    /// A number for a call.
    func reserve() -> Int {
        state.withLock {
            $0.lastBatch += 1
            return $0.lastBatch
        }
    }

    /// Puts the messages of a call in line.
    func submit(
        _ messages: [AMQPMessage],
        as batch: Int,
        timeout: Duration,
        continuation: CheckedContinuation<Void, any Error>
    ) {
        let timer = Task { [weak self] in
            guard (try? await Task.sleep(for: timeout)) != nil else { return }
            self?.expire(batch, after: timeout)
        }
        let isAccepted = state.withLock { state in
            if state.isClosed { return false }
            state.batches[batch] = Batch(
                total: messages.count,
                unsettled: messages.count,
                continuation: continuation,
                timer: timer
            )
            for message in messages {
                state.waiting.append(Outgoing(message: message, batch: batch))
            }
            return true
        }
        if !isAccepted {
            timer.cancel()
            continuation.resume(throwing: AMQPError.closed("publisher"))
        }
    }

    /// Ends a call with an error; what it has not sent yet is not sent.
    func fail(_ batch: Int, with error: any Error) {
        finish(state.withLock { $0.batches.removeValue(forKey: batch) }, error: error)
    }

    /// Ends all calls, now and in future.
    func close() {
        let batches = state.withLock { state in
            state.isClosed = true
            _ = state.waiting.removeAll()
            defer { state.batches = [:] }
            return Array(state.batches.values)
        }
        for batch in batches { finish(batch, error: AMQPError.closed("publisher")) }
    }

    private func expire(_ batch: Int, after timeout: Duration) {
        let (expired, obstacle) = state.withLock {
            ($0.batches.removeValue(forKey: batch), $0.obstacle)
        }
        guard let expired else { return }
        let confirmed = expired.total - expired.unsettled - expired.failures
        let messages = counted(expired.total, "message")
        let what = "publishing \(messages): \(grouped(confirmed)) confirmed within \(timeout)"
        finish(expired, error: obstacle.error(what))
    }

    private func finish(_ batch: Batch?, error: (any Error)?) {
        guard let batch else { return }
        batch.timer.cancel()
        if let error {
            batch.continuation.resume(throwing: error)
        } else {
            batch.continuation.resume()
        }
    }

    // MARK: The connection's side

    /// The next message to send; messages of calls that have ended are skipped.
    func next() -> Outgoing? {
        state.withLock { state in
            while let outgoing = state.waiting.popFirst() {
                if state.batches[outgoing.batch] != nil { return outgoing }
            }
            return nil
        }
    }

    /// Puts messages of unknown fate back, to be sent again before all others.
    ///
    /// When the broker closed the channel one of them may be to blame (an exchange that does not
    /// exist, a body too large), and declaring may have cured it; the second time they fail.
    func putBack(_ messages: [Outgoing], after error: AMQPError) {
        guard case .refused = error.code, !error.isRetryable else {
            return state.withLock { $0.waiting.prepend(messages) }
        }
        let (again, refused) = messages.reduce(into: ([Outgoing](), [Outgoing]())) {
            result,
            message in
            var message = message
            message.refusals += 1
            if message.refusals < 2 { result.0.append(message) } else { result.1.append(message) }
        }
        state.withLock { $0.waiting.prepend(again) }
        for message in refused { settle(message, failure: error) }
    }

    /// Notes what became of a message; the last one of its call ends the call.
    func settle(_ outgoing: Outgoing, failure: AMQPError?) {
        let finished: Batch? = state.withLock { state in
            guard var batch = state.batches[outgoing.batch] else { return nil }
            batch.unsettled -= 1
            if let failure {
                batch.failures += 1
                batch.firstFailure = batch.firstFailure ?? failure
            }
            state.batches[outgoing.batch] = batch.unsettled == 0 ? nil : batch
            return batch.unsettled == 0 ? batch : nil
        }
        finish(finished, error: finished?.failure)
    }
}

extension PublishQueue.Batch {
    /// The first failure, with the number of all.
    fileprivate var failure: AMQPError? {
        guard let firstFailure, failures > 1 else { return firstFailure }
        let messages = counted(total, "message")
        return firstFailure.prefixed("\(failures) of \(messages) failed; the first")
    }
}

extension PublishQueue.Obstacle {
    /// Why a call ran out of time.
    fileprivate func error(_ what: String) -> AMQPError {
        switch self {
        case .none:
            AMQPError(code: .timedOut, message: "\(what); publish the others again")
        case .blocked(let reason):
            AMQPError(
                code: .blocked,
                message:
                    "\(what); the broker takes no messages (\(reason)): free its memory or disk"
            )
        case .disconnected(let cause):
            AMQPError(code: .connectionLost, message: "\(what); there is no connection: \(cause)")
        }
    }
}
