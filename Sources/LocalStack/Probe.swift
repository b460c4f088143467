import Dispatch
import Foundation
import Glibc

/// A short conversation with a server's port, which shows whether the server is ready.
struct Probe: Sendable {
    /// The port on 127.0.0.1.
    let port: Int
    /// What is said first.
    let greeting: [UInt8]
    /// What a server that is ready answers first.
    let expected: [UInt8]

    /// Whether the server is ready.
    ///
    /// Takes up to two seconds of a thread that may block.
    func answers() async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: converse()) }
        }
    }

    private func converse() -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            unsafe setsockopt(socket, SOL_SOCKET, option, &patience, size)
        }
        let address = LoopbackAddress(port: port)
        guard unsafe address.use({ unsafe connect(socket, $0, $1) }) == 0,
            unsafe send(socket, greeting, greeting.count, Int32(MSG_NOSIGNAL))
                == greeting.count
        else { return false }
        return hear(socket) == expected
    }

    private func hear(_ socket: Int32) -> [UInt8] {
        var heard: [UInt8] = []
        while heard.count < expected.count {
            var buffer = [UInt8](repeating: 0, count: expected.count - heard.count)
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            heard += buffer.prefix(count)
        }
        return heard
    }
}
