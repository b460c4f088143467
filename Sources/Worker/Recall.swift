import Latches
import Planning
import Synchronization

/// Why a worker ends an attempt before its time.
enum Interruption: Sendable, Hashable {
    /// The worker shuts down and the grace period is over.
    case shutdown
    /// A person has cancelled or paused the task; which, the ledger says.
    case order
    /// The attempt has reached one of its time limits.
    case limit(TaskFailure)
}

/// The way to end one attempt from outside; the first reason counts.
final class Recall: Sendable {
    private let latch = Latch()
    private let state = Mutex<Interruption?>(nil)

    /// Why the attempt is to end; `nil` while it may go on.
    var reason: Interruption? { state.withLock { $0 } }

    func demand(_ reason: Interruption) {
        state.withLock { if $0 == nil { $0 = reason } }
        latch.open()
    }

    /// Returns when the attempt is to end, or when the waiting task is cancelled.
    ///
    /// - Returns: Whether it is to end.
    func wait() async -> Bool {
        await latch.wait()
        return latch.isOpen
    }
}

/// The attempts that run now, so that orders reach them.
final class RunningAttempts: Sendable {
    private let attempts = Mutex<[Int: (task: LoadTaskID, recall: Recall)]>([:])

    func begin(_ task: LoadTaskID, slot: Int, recall: Recall) {
        attempts.withLock { $0[slot] = (task, recall) }
    }

    func end(slot: Int) {
        attempts.withLock { $0[slot] = nil }
    }

    /// Those that go on, by their slots.
    var all: [(task: LoadTaskID, recall: Recall)] {
        attempts.withLock { attempts in
            attempts.sorted { $0.key < $1.key }.map(\.value).filter { $0.recall.reason == nil }
        }
    }
}
