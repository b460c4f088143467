import Foundation
import Glibc
import Loopback

/// A server that ends every connection in the middle of the TLS handshake, as one does that is short of time or stops.
public final class HandshakeCutter: Sendable {
    private let listener: LoopbackListener
    private let greeting: [UInt8]
    private let consent: [UInt8]
    private let isReset: Bool

    /// Starts it on a free port of this machine.
    ///
    /// - Parameters:
    ///   - greeting: What is said before the client says anything.
    ///   - consent: What answers a client that asks for TLS; empty where TLS begins by itself.
    ///   - isReset: Whether the connection is reset instead of ended.
    /// - Throws: when there is no port.
    public init(greeting: [UInt8] = [], consent: [UInt8] = [], isReset: Bool) throws {
        self.greeting = greeting
        self.consent = consent
        self.isReset = isReset
        listener = try LoopbackListener()
        Thread.detachNewThread { [self] in
            while let client = listener.accept() { serve(client) }
        }
    }

    /// Where it listens.
    public var port: Int { listener.port }

    /// Takes no more clients.
    public func shut() { listener.shut() }

    private func serve(_ client: Int32) {
        defer { close(client) }
        LoopbackSocket.send(greeting[...], to: client)
        guard hears(client) else { return }
        if !consent.isEmpty {
            LoopbackSocket.send(consent[...], to: client)
            guard hears(client) else { return }
        }
        // What is closed with a linger of zero is reset.
        var linger = linger(l_onoff: isReset ? 1 : 0, l_linger: 0)
        let size = socklen_t(MemoryLayout.size(ofValue: linger))
        unsafe setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, size)
    }

    private func hears(_ client: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        return unsafe recv(client, &buffer, buffer.count, 0) > 0
    }
}
