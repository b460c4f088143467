import Dispatch
import Glibc
import Synchronization
import Words

/// Shuts a socket down when a call on it takes too long, whatever the call is blocked in.
///
/// librabbitmq can wait for ever to write to a peer that has stopped reading. The guard owns a
/// duplicate of the descriptor, so it can never touch another socket that got the same number.
final class SocketGuard: Sendable {
    private static let queue = DispatchQueue(label: "amqp.socket-guard")

    /// For polling only.
    let descriptor: Int32
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)

    /// Guards the socket behind `original`; the kernel, too, gives up after `stallLimit`.
    init(duplicating original: Int32, stallLimit: Duration) {
        descriptor = dup(original)
        var milliseconds = UInt32(clamping: stallLimit.wholeMilliseconds)
        _ = unsafe setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_USER_TIMEOUT,
            &milliseconds,
            socklen_t(MemoryLayout<UInt32>.size)
        )
        checkLater()
    }

    deinit {
        close(descriptor)
    }

    /// Runs a call that must be over within `limit`; afterwards the socket is shut down and it fails.
    func watching<Result>(for limit: Duration, _ call: () -> Result) -> Result {
        deadline.withLock { $0 = .now + limit }
        defer { deadline.withLock { $0 = nil } }
        return call()
    }

    /// Ends the connection at once, from any thread.
    func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Looks at the deadline four times a second, for as long as the guard exists.
    private func checkLater() {
        Self.queue.asyncAfter(deadline: .now() + .milliseconds(250)) { [weak self] in
            guard let self else { return }
            let isOver = deadline.withLock { $0.map { $0 < .now } ?? false }
            if isOver { shutDown() }
            checkLater()
        }
    }
}

extension timeval {
    init(_ duration: Duration) {
        let parts = duration.components
        self.init(
            tv_sec: Int(parts.seconds),
            tv_usec: Int(parts.attoseconds / 1_000_000_000_000)
        )
    }
}
