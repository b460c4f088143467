internal import Synchronization

/// Answers requests by HTTP in this process, each by a task of its own that may wait.
///
/// It refuses requests with more than 16 KiB of header fields or 64 KiB of content. A head has ten seconds from its first
/// byte on, the content twenty more, and a connection may be silent for a minute. At most 64 connections have no whole request: for
/// another one the oldest of whoever has the most of them is closed.
public final class WebServer: Sendable {
    /// The most that the content of a request may have, in bytes.
    public static let largestBody = 64 << 10

    private let exchanges: Exchanges
    private let daemon: Mutex<ListeningDaemon?>

    /// Where it listens.
    public let port: Int

    /// Begins to listen; until ``serve(_:)`` each request is told that the server starts.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - identity: What it proves itself with; without one there is no TLS.
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's, and for an identity that is none.
    public convenience init(
        _ address: ListenAddress,
        identity: WebIdentity? = nil
    ) throws(ListenerError) {
        try self.init(address, identity: identity, patience: ListeningPatience())
    }

    init(
        _ address: ListenAddress,
        identity: WebIdentity?,
        patience: ListeningPatience
    ) throws(ListenerError) {
        exchanges = Exchanges()
        let daemon = try ListeningDaemon(
            address,
            identity: identity,
            patience: patience,
            exchanges
        )
        port = daemon.port
        self.daemon = Mutex(daemon)
    }

    /// From now on requests are answered by this, which is cancelled when the server closes.
    public func serve(_ respond: @escaping @Sendable (WebRequest) async -> WebResponse) {
        exchanges.serve(respond)
    }

    /// Listens no more: cancels what is being answered, and waits until that has ended.
    ///
    /// A server is closed before it is let go of.
    public func close() async {
        await exchanges.end()
        let daemon = daemon.withLock { daemon in
            defer { daemon = nil }
            return daemon
        }
        daemon?.stop()
    }

    deinit {
        precondition(daemon.withLock { $0 == nil }, "a web server is closed before it is let go of")
    }
}
