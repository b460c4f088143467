import Foundation
import Glibc
import Loopback
import Synchronization

/// A server of MySQL's protocol without TLS that asks for the password, and keeps what it is told.
final class CuriousServer: Sendable {
    private let listener: LoopbackListener
    private let greeting: [UInt8]
    private let request: [[UInt8]]
    private let heard = Mutex<[[UInt8]]>([])

    /// Listens on a port of its own.
    ///
    /// - Parameters:
    ///   - plugin: How its clients log in.
    ///   - other: What it changes to when they have, if it does.
    /// - Throws: `LoopbackFailure`.
    init(_ plugin: String, then other: String? = nil) throws {
        listener = try LoopbackListener()
        greeting = SilentServer.greeting(capabilities: [0x09, 0x82], plugin: plugin)
        let change = other.map { [0xfe] + Array($0.utf8) + [0] + Self.challenge + [0] }
        request = [change, Self.fullLogIn].compactMap(\.self)
        Thread.detachNewThread { [self] in
            while let client = listener.accept() { serve(client) }
        }
    }

    /// Where it listens.
    var port: Int { listener.port }
    /// What it was sent, packet by packet, from the first answer to a request on.
    var answers: [[UInt8]] { heard.withLock { $0 } }

    func shut() { listener.shut() }

    private static let challenge = Array("challengechallengech".utf8)
    /// It does not know the client by its password's digest, and wants the password.
    private static let fullLogIn: [UInt8] = [1, 4]

    private func serve(_ client: Int32) {
        defer { close(client) }
        LoopbackSocket.send(SilentServer.packet(greeting, number: 0)[...], to: client)
        guard var last = hear(client) else { return }
        for content in request {
            let packet = SilentServer.packet(content, number: last[3] &+ 1)
            LoopbackSocket.send(packet[...], to: client)
            guard let answer = hear(client) else { return }
            heard.withLock { $0.append(answer) }
            last = answer
        }
    }

    private func hear(_ client: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe recv(client, &buffer, buffer.count, 0)
        return count > 4 ? Array(buffer[..<count]) : nil
    }
}
