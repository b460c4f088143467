import Foundation
import Glibc
import Loopback
import Synchronization

/// A server of MySQL's protocol that lets everybody in, and answers no statement.
final class SilentServer: Sendable {
    private let listener: LoopbackListener
    private let statements = Mutex(0)

    init() throws {
        listener = try LoopbackListener()
        Thread.detachNewThread { [self] in
            while let client = listener.accept() {
                Thread.detachNewThread { [self] in serve(client) }
            }
        }
    }

    /// Where it listens.
    var port: Int { listener.port }
    /// Whether a statement has come.
    var isAsked: Bool { statements.withLock { $0 > 0 } }

    func shut() { listener.shut() }

    /// Protocol 10, an id, a challenge in two parts with what the server can do between them, and how to log in.
    private static let greeting: [UInt8] = greeting(capabilities: [0x09, 0x82])
    /// The same, as a packet, of a server with TLS.
    static let greetingWithTLS = packet(greeting(capabilities: [0x09, 0x8a]), number: 0)
    private static let welcome: [UInt8] = [0, 0, 0, 2, 0, 0, 0]

    /// The first packet of a server, whose clients log in by `plugin`.
    static func greeting(
        capabilities: [UInt8],
        plugin: String = "mysql_native_password"
    ) -> [UInt8] {
        [10] + Array("8.0.0".utf8) + [0, 1, 0, 0, 0] + Array("challeng".utf8) + [0] + capabilities
            + [45, 2, 0, 8, 0, 21] + [UInt8](repeating: 0, count: 10)
            + Array("echallengech".utf8) + [0] + Array(plugin.utf8) + [0]
    }

    static func packet(_ content: [UInt8], number: UInt8) -> [UInt8] {
        [UInt8(content.count), 0, 0, number] + content
    }

    private func serve(_ client: Int32) {
        defer { close(client) }
        send(Self.greeting, number: 0, to: client)
        guard hears(client) else { return }
        send(Self.welcome, number: 2, to: client)
        guard hears(client) else { return }
        statements.withLock { $0 += 1 }
        // Until the client goes, or a test that fails has waited long enough.
        _ = LoopbackSocket.isReadable(client, within: 20_000)
    }

    private func send(_ content: [UInt8], number: UInt8, to client: Int32) {
        LoopbackSocket.send(Self.packet(content, number: number)[...], to: client)
    }

    private func hears(_ client: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        return unsafe recv(client, &buffer, buffer.count, 0) > 0
    }
}
