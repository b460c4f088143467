import Glibc

/// A socket on a free port of 127.0.0.1; until it listens, the port refuses.
package final class LoopbackListener: Sendable {
    /// Where clients connect.
    package let port: Int
    private let socket: Int32

    /// Takes a port; with `listening`, the kernel accepts connections from now on, though nobody may answer them.
    ///
    /// - Throws: ``LoopbackFailure``.
    package init(listening: Bool = true) throws(LoopbackFailure) {
        let socket = LoopbackSocket.make()
        guard unsafe LoopbackAddress(port: 0).use({ unsafe bind(socket, $0, $1) }) == 0,
            let port = Self.port(of: socket), !listening || listen(socket, 64) == 0
        else {
            let failure = LoopbackFailure(code: errno)
            close(socket)
            throw failure
        }
        self.socket = socket
        self.port = port
    }

    deinit {
        close(socket)
    }

    /// Waits for a client.
    ///
    /// - Returns: The connection, which is the caller's to close; `nil` once the listener is shut.
    package func accept() -> Int32? {
        while true {
            let client = Glibc.accept(socket, nil, nil)
            if client >= 0 { return client }
            guard [EINTR, ECONNABORTED].contains(errno) else { return nil }
        }
    }

    /// Whether a client waits to be accepted, or comes within some milliseconds.
    package func isAwaited(within milliseconds: Int32) -> Bool {
        LoopbackSocket.isReadable(socket, within: milliseconds)
    }

    /// Takes no more clients, and wakes whoever waits for one.
    package func shut() { shutdown(socket, Int32(SHUT_RDWR)) }

    private static func port(of socket: Int32) -> Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &size)
            }
        }
        return named == 0 ? Int(in_port_t(bigEndian: address.sin_port)) : nil
    }
}
