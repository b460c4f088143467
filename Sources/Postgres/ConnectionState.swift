import Synchronization

/// What other threads may know of a connection while its own thread is busy.
final class ConnectionState: Sendable {
    /// The facts of a session that is open.
    struct Facts: Sendable {
        var backendPID: Int32
        var serverVersion: Int
        var canceller: Canceller
    }

    private let facts = Mutex<Facts?>(nil)

    /// `nil` before the connection is open and after it is closed or lost.
    var current: Facts? {
        facts.withLock { $0 }
    }

    func setOpen(_ new: Facts) {
        facts.withLock { $0 = new }
    }

    func setClosed() {
        facts.withLock { $0 = nil }
    }
}
