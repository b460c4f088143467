internal import Endpoints
internal import Glibc
import Words

/// Bytes to and from the server, protected by TLS where that is asked for.
final class Transport {
    private let socket: Socket
    private let tls: TLSSession?
    /// What the kernel has not taken yet.
    private var unsent: ArraySlice<UInt8> = []

    /// Connects.
    init(_ configuration: RedisConfiguration, limit: CallLimit) throws(RedisError) {
        let host = configuration.url.host
        let server = limit.server
        switch configuration.security {
        case .plaintext: tls = nil
        case .verified(let authorityFile, let certificateFile, let keyFile):
            let context = try TLSContext(
                authorityFile: authorityFile,
                certificateFile: certificateFile,
                keyFile: keyFile,
                server: server
            )
            tls = try TLSSession(context, host: host, server: server)
        }
        let addresses = try Resolver.addresses(of: host, port: configuration.port, limit: limit)
        socket = try Socket.connect(to: addresses, limit: limit)
        if let tls { try shakeHands(tls, limit: limit) }
    }

    /// Whether everything queued is on its way.
    var hasSentAll: Bool { unsent.isEmpty }

    /// Queues bytes; ``advance(limit:)`` sends them.
    func queue(_ bytes: [UInt8]) throws(RedisError) {
        try tls?.write(bytes)
        enqueue(tls?.takeProtected() ?? bytes)
    }

    /// Waits until something can be sent or has arrived, and sends and receives it.
    ///
    /// Both in one, because a server whose answers nobody reads may stop reading itself.
    ///
    /// - Returns: what has arrived; it can be empty.
    func advance(limit: CallLimit) throws(RedisError) -> [UInt8] {
        let received = try pump(.exchanging, limit: limit)
        guard let tls else { return received }
        tls.feed(received)
        let plain = try tls.read()
        enqueue(tls.takeProtected())
        return plain
    }

    /// Whether the connection stands and nothing has arrived that nobody asked for.
    func isQuiet() -> Bool {
        switch socket.receive() {
        case .nothingYet: return true
        case .end, .failure: return false
        case .bytes(let bytes):
            // TLS has messages of its own, such as session tickets.
            guard let tls else { return false }
            tls.feed(bytes)
            return (try? tls.read())?.isEmpty ?? false
        }
    }

    /// Says goodbye, if that can be done at once.
    func close() {
        guard let tls else { return }
        tls.end()
        _ = socket.send(unsent + tls.takeProtected())
    }

    private func shakeHands(_ tls: TLSSession, limit: CallLimit) throws(RedisError) {
        while try !tls.advanceHandshake() {
            enqueue(tls.takeProtected())
            tls.feed(try pump(.securing, limit: limit))
        }
        enqueue(tls.takeProtected())
    }

    /// One turn of sending and receiving bytes as they are on the wire.
    private func pump(_ activity: Activity, limit: CallLimit) throws(RedisError) -> [UInt8] {
        let events = unsent.isEmpty ? POLLIN : POLLIN | POLLOUT
        let ready = try limit.wait(for: Int32(events), on: socket.descriptor, activity)
        // Reading comes first: a server that closes may have said why.
        if ready & ~Int32(POLLOUT) != 0 {
            switch socket.receive() {
            case .bytes(let bytes): return bytes
            case .end: throw .connectionLost("the server closed it", server: limit.server)
            case .failure(let number): throw lost(number, limit)
            case .nothingYet: break
            }
        }
        if ready & Int32(POLLOUT) != 0 {
            let count = socket.send(unsent)
            guard count >= 0 else { throw lost(Int32(-count), limit) }
            unsent = count == unsent.count ? [] : unsent.dropFirst(count)
        }
        return []
    }

    private func enqueue(_ bytes: [UInt8]) {
        if unsent.isEmpty { unsent = bytes[...] } else { unsent += bytes }
    }

    private func lost(_ number: Int32, _ limit: CallLimit) -> RedisError {
        .connectionLost(systemMessage(number), server: limit.server)
    }
}
