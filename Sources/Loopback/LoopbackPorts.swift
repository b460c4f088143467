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
    ) throws(NoFreePorts) -> [Int] {
        var ports: [Int] = []
        for _ in 0..<10_000 where ports.count < count {
            let port = Int.random(in: range)
            if !taken.contains(port), !ports.contains(port), isFree(port) { ports.append(port) }
        }
        guard ports.count == count else { throw NoFreePorts(range: range) }
        return ports
    }

    /// Whether a server could listen on `port` now.
    package static func isFree(_ port: Int) -> Bool {
        let socket = LoopbackSocket.make()
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

/// Somebody listens on every port that was tried, or the machine has no loopback.
package struct NoFreePorts: Error, CustomStringConvertible {
    fileprivate let range: Range<Int>

    package var description: String {
        "no free ports from \(range.lowerBound) to \(range.upperBound) on "
            + "127.0.0.1; `ss -ltn` shows what listens there"
    }
}
