import Foundation
import Glibc

/// Ports of 127.0.0.1.
package enum LoopbackPorts {
    /// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes one
    /// between our look and the server's start.
    private static let range = 20_000..<32_000

    /// `count` ports that nobody listens on, none of them in `taken`.
    package static func free(
        _ count: Int,
        besides taken: Set<Int> = []
    ) throws(LocalStackError) -> [Int] {
        var ports: [Int] = []
        for _ in 0..<10_000 where ports.count < count {
            let port = Int.random(in: range)
            if !taken.contains(port), !ports.contains(port), isFree(port) { ports.append(port) }
        }
        guard ports.count == count else {
            throw LocalStackError(
                code: .startFailed,
                description: "no free ports from \(range.lowerBound) to \(range.upperBound) on "
                    + "127.0.0.1; `ss -ltn` shows what listens there"
            )
        }
        return ports
    }

    /// Whether a server could listen on `port` now.
    static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var reuse: Int32 = 1
        unsafe setsockopt(
            socket,
            SOL_SOCKET,
            SO_REUSEADDR,
            &reuse,
            socklen_t(MemoryLayout<Int32>.size)
        )
        return unsafe LoopbackAddress(port: port).use { unsafe bind(socket, $0, $1) } == 0
    }
}

/// `127.0.0.1:port` as the socket calls want it.
struct LoopbackAddress {
    let port: Int

    func use(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
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
