import Glibc
import Synchronization

/// Ends what a connection waits for, from any thread: it shuts the socket down.
final class Plug: Sendable {
    private struct State {
        var socket: Int32?
        var isPulled = false
    }

    private let state: Mutex<State>

    /// A plug of a socket that is open.
    init(socket: Int32) {
        state = Mutex(State(socket: socket))
    }

    /// Whether it has been pulled.
    var isPulled: Bool { state.withLock { $0.isPulled } }

    /// Ends all that is sent and received.
    func pull() {
        state.withLock { state in
            state.isPulled = true
            if let socket = state.socket { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// The socket is about to be closed, and its number another's.
    func release() {
        state.withLock { $0.socket = nil }
    }
}
