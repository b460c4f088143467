import Glibc

/// Blocking TCP sockets of 127.0.0.1.
enum LoopbackSocket {
    /// The kernel refused something.
    struct Failure: Error, CustomStringConvertible {
        let code: Int32
        var description: String {
            unsafe "a loopback socket failed: \(String(cString: strerror(code)))"
        }
    }

    /// A listening socket on a free port.
    static func listen() throws -> (socket: Int32, port: Int) {
        let socket = make()
        let bound = unsafe withAddress(port: 0) { unsafe bind(socket, $0, $1) }
        guard bound == 0, Glibc.listen(socket, 64) == 0 else { throw Failure(code: errno) }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &size)
            }
        }
        guard named == 0 else { throw Failure(code: errno) }
        return (socket, Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// A connection to a port; `nil` when nobody listens there.
    static func connect(to port: Int) -> Int32? {
        let socket = make()
        if unsafe withAddress(port: port, { unsafe Glibc.connect(socket, $0, $1) }) == 0 {
            return socket
        }
        close(socket)
        return nil
    }

    /// Whether there is something to read, or the end, within some milliseconds.
    static func isReadable(_ socket: Int32, within milliseconds: Int32) -> Bool {
        var question = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&question, 1, milliseconds) > 0
    }

    /// Sends all of it; `false` when the other side is gone.
    static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
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

    private static func make() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }

    private static func withAddress(
        port: Int,
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe call(generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
