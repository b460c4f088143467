internal import Glibc
import Words

/// What a call is doing, for messages.
enum Activity: String {
    case queueing = "waiting for earlier calls"
    case resolving = "looking up the host"
    case connecting = "connecting"
    case securing = "agreeing on TLS"
    case exchanging = "waiting for the reply"
}

/// Until when a call may wait, and what can end it sooner.
struct CallLimit: Sendable {
    /// The server's address, for messages.
    let server: String
    /// What the caller granted, for messages.
    let timeout: Duration
    /// What cancellation signals.
    let wakeUp: WakeUp
    private(set) var deadline: ContinuousClock.Instant

    init(server: String, timeout: Duration, wakeUp: WakeUp) {
        self.server = server
        self.timeout = timeout
        self.wakeUp = wakeUp
        // A day is for ever, and an instant later than the clock can count would trap.
        deadline = .now + min(timeout, .seconds(86_400))
    }

    /// The limit of the first of `count` attempts that share what time is left.
    func share(of count: Int) -> CallLimit {
        var share = self
        share.deadline = .now + (deadline - .now) / count
        return share
    }

    /// Throws when the deadline has passed or the calling task is cancelled.
    func check(_ activity: Activity) throws(RedisError) {
        if Task.isCancelled { throw .cancelled(activity, server: server) }
        if deadline <= .now { throw .timeout(activity, server: server, after: timeout) }
    }

    /// Waits until `descriptor` is ready for one of `events`.
    ///
    /// The descriptor -1 stands for none: then it waits until somebody signals `wakeUp`.
    ///
    /// - Returns: the events that are ready, errors and hang-ups among them.
    func wait(
        for events: Int32,
        on descriptor: Int32,
        _ activity: Activity
    ) throws(RedisError) -> Int32 {
        while true {
            try check(activity)
            var polled = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&polled, 2, millisecondsLeft)
            // The signal may have been for a call that waits behind this one: that one will see
            // that it is cancelled when its turn comes.
            let wasSignalled = polled[1].revents != 0
            if wasSignalled { wakeUp.reset() }
            if polled[0].revents != 0 || (descriptor < 0 && wasSignalled) {
                return Int32(polled[0].revents)
            }
        }
    }

    /// Rounded up, so that `poll` does not return before the deadline.
    private var millisecondsLeft: Int32 {
        Int32(max(0, (deadline - .now).wholeMilliseconds + 1))
    }
}
