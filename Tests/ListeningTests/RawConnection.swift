import Foundation
import Loopback
import Testing

/// A connection that sends bytes as they are, without a client that would mend them.
struct RawConnection {
    let socket: Int32

    /// Connects to a port of this machine and sends a text.
    init(to port: Int, sending text: String) throws {
        socket = try #require(LoopbackSocket.connect(to: port, patience: 20))
        LoopbackSocket.send(ArraySlice(text.utf8), to: socket)
    }

    /// What comes from the other side until it closes, and how long that takes.
    func rest() async -> (text: String, seconds: Double) {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let begin = ContinuousClock.now
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = unsafe read(socket, &buffer, buffer.count)
                    guard count > 0 else { break }
                    bytes += buffer[..<count]
                }
                close(socket)
                let text = String(decoding: bytes, as: UTF8.self)
                continuation.resume(returning: (text, (ContinuousClock.now - begin) / .seconds(1)))
            }
        }
    }
}
