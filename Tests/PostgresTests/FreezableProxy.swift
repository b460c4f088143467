import Foundation
import Glibc
import Synchronization
import Testing

/// A way to a server that can go silent, as a network does when a cable is pulled, or be cut.
final class FreezableProxy: Sendable {
    private struct State {
        var isFrozen = false
        var isEnded = false
        var sockets: [Int32] = []
    }

    private let listener: LoopbackSocket
    private let target: Int
    private let state = Mutex(State())

    /// Where to connect to.
    var port: Int { listener.port }

    /// Begins to pass connections on to `target`, a port of the loopback.
    init(to target: Int) throws {
        self.target = target
        listener = try LoopbackSocket()
        try listener.listen()
        let descriptor = listener.descriptor
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0, let self, !self.isEnded else { return }
                self.serve(client)
            }
        }
    }

    deinit {
        for socket in state.withLock({ $0.sockets }) { close(socket) }
    }

    /// Passes nothing on from now, in either direction, also on new connections.
    func freeze() {
        state.withLock { $0.isFrozen = true }
    }

    /// Ends all connections abruptly.
    func cut() {
        let sockets = state.withLock { $0.sockets }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// Ends everything; a proxy that was not ended keeps its threads.
    func end() {
        state.withLock { $0.isEnded = true }
        listener.shut()
        cut()
    }

    private var isFrozen: Bool { state.withLock { $0.isFrozen } }
    private var isEnded: Bool { state.withLock { $0.isEnded } }

    private func serve(_ client: Int32) {
        guard let server = try? LoopbackSocket.connected(to: target) else { return }
        state.withLock { $0.sockets += [client, server] }
        for (from, to) in [(client, server), (server, client)] {
            Thread.detachNewThread { self.pump(from, to) }
        }
    }

    private func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe recv(from, &buffer, buffer.count, 0)
            // What arrives in a frozen network is lost; its ends hear nothing of it.
            if isFrozen && !isEnded && count > 0 { continue }
            guard count > 0, unsafe send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else {
                shutdown(to, Int32(SHUT_RDWR))
                return
            }
        }
    }
}
