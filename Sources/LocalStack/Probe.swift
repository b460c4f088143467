import Dispatch
import Foundation
import Glibc
import Loopback

/// A short conversation with a server's port, which shows whether the server is ready.
struct Probe: Sendable {
    /// What a server says of itself.
    enum Answer: Sendable {
        /// It is ready.
        case ready
        /// It is not ready yet, as while it recovers from a crash.
        case notYet
        /// Nothing, or nothing that can be understood.
        case none
    }

    /// The port on 127.0.0.1.
    let port: Int
    /// What is said first.
    let greeting: [UInt8]
    /// What a server that is ready answers first.
    let expected: [UInt8]
    /// What the answer of a server contains that asks for patience.
    var notYet: String?

    /// Asks the server; takes up to two seconds of a thread that may block.
    func ask() async -> Answer {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: converse()) }
        }
    }

    private func converse() -> Answer {
        guard let socket = LoopbackSocket.connect(to: port, patience: 2) else { return .none }
        defer { close(socket) }
        guard LoopbackSocket.send(greeting[...], to: socket) else { return .none }
        let heard = hear(socket)
        if heard.starts(with: expected) { return .ready }
        let asksForPatience = notYet.map { String(decoding: heard, as: UTF8.self).contains($0) }
        return asksForPatience == true ? .notYet : .none
    }

    /// At least as many bytes as are expected, if the server sends them.
    private func hear(_ socket: Int32) -> [UInt8] {
        var heard: [UInt8] = []
        while heard.count < expected.count {
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            heard += buffer.prefix(count)
        }
        return heard
    }
}
