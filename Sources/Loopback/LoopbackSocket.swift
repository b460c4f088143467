import Glibc
import Words

/// The kernel refused something.
package struct LoopbackFailure: Error, CustomStringConvertible {
    /// The `errno`.
    package let code: Int32

    package var description: String { "a loopback socket failed: \(systemMessage(code))" }
}

/// Blocking TCP connections of 127.0.0.1.
package enum LoopbackSocket {
    /// A connection to a port, which is the caller's to close; `nil` when nobody listens there.
    ///
    /// With `patience` in seconds, connecting, reading and writing each end after it.
    package static func connect(to port: Int, patience: Int? = nil) -> Int32? {
        let socket = make()
        if let patience { limit(socket, seconds: patience) }
        if unsafe LoopbackAddress(port: port).use({ unsafe Glibc.connect(socket, $0, $1) }) == 0 {
            return socket
        }
        close(socket)
        return nil
    }

    /// Whether there is something to read, or the end, within some milliseconds; -1 waits for it.
    package static func isReadable(_ socket: Int32, within milliseconds: Int32) -> Bool {
        var question = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&question, 1, milliseconds) > 0
    }

    /// Sends all of it; `false` when the other side is gone.
    @discardableResult
    package static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    socket,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func limit(_ socket: Int32, seconds: Int) {
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            unsafe setsockopt(socket, SOL_SOCKET, option, &patience, size)
        }
    }

    static func make() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
}
