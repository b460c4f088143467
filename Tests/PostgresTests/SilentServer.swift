import Glibc
import Testing

/// A port of the loopback that is bound but answers nothing, or (not listening) refuses.
final class SilentServer {
    private let socket: Int32
    let port: Int

    init(isListening: Bool) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(socket, generic, length) == 0
                    && getsockname(socket, generic, &length) == 0
            }
        }
        try #require(bound)
        if isListening { try #require(listen(socket, 8) == 0) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit {
        close(socket)
    }
}
