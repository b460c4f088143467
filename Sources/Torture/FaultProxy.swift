import Foundation
import Glibc
import Synchronization

/// A TCP proxy on 127.0.0.1 that plays a bad network between a fleet and one server.
///
/// Two threads pump each connection; they live until one of its ends closes.
final class FaultProxy: Sendable {
    /// What the network does.
    enum Weather: Sendable {
        /// Everything passes.
        case fair
        /// Nothing passes, and nobody is told: a cable that was pulled.
        case silent
        /// What the server sends passes, what the fleet sends does not.
        case oneWay
        /// What the fleet sends passes, what the server sends does not.
        case otherWay
        /// Connections are reset, new ones are closed at once.
        case refusing
    }

    /// Where the fleet connects to.
    let port: Int
    private let target: Int
    private let listener: Int32
    private let weather = Mutex(Weather.fair)
    private let isClosed = Mutex(false)

    /// A proxy to `target`, a port of this machine.
    init(to target: Int) throws {
        self.target = target
        (listener, port) = try LoopbackSocket.listen()
        Thread.detachNewThread { [self] in accept() }
    }

    /// Changes the weather.
    func set(_ new: Weather) { weather.withLock { $0 = new } }

    /// Ends it: every connection is closed.
    func close() {
        isClosed.withLock { $0 = true }
        set(.refusing)
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    private var now: Weather { weather.withLock { $0 } }

    private func accept() {
        while !isClosed.withLock({ $0 }) {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            guard now != .refusing, let server = LoopbackSocket.connect(to: target) else {
                Glibc.close(client)
                continue
            }
            let link = Link(client: client, server: server)
            Thread.detachNewThread { [self] in pump(link, fromClient: true) }
            Thread.detachNewThread { [self] in pump(link, fromClient: false) }
        }
    }

    private func pump(_ link: Link, fromClient: Bool) {
        defer { link.release() }
        let (source, sink) = fromClient ? (link.client, link.server) : (link.server, link.client)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            guard now != .refusing else { return }
            guard LoopbackSocket.isReadable(source, within: 100) else { continue }
            let isHeld = now == .silent || now == (fromClient ? .oneWay : .otherWay)
            if isHeld {
                usleep(50_000)
                continue
            }
            let count = unsafe recv(source, &buffer, buffer.count, 0)
            guard count > 0, LoopbackSocket.send(buffer[..<count], to: sink) else { return }
        }
    }
}

/// Both ends of a proxied connection; closed when both pumps have let go.
private final class Link: Sendable {
    let client: Int32
    let server: Int32
    private let holders = Mutex(2)

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    func release() {
        for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) }
        let remaining = holders.withLock { count in
            count -= 1
            return count
        }
        guard remaining == 0 else { return }
        for socket in [client, server] { Glibc.close(socket) }
    }
}
