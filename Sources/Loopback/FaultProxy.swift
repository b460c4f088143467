import Foundation
import Glibc
import Synchronization

/// A TCP proxy on 127.0.0.1 that plays a bad network between clients and one server.
///
/// Two threads pump each connection; they live until one of its ends closes.
package final class FaultProxy: Sendable {
    /// What the network does.
    package enum Weather: Sendable, Equatable {
        /// Everything passes.
        case fair
        /// Nothing passes, and nobody is told: a cable that was pulled.
        case silent
        /// What the server sends passes, what the clients send does not.
        case oneWay
        /// What the clients send passes, what the server sends does not.
        case otherWay
        /// Connections are reset, new ones are closed at once.
        case refusing
        /// Everything passes, what the server sends 8 KiB at a time with 20 ms between.
        case slow
        /// Each connection ends when the server has sent that many bytes over it.
        case breaking(after: Int)
    }

    private struct State {
        var weather = Weather.fair
        var isHolding = false
        var connections: [ProxiedConnection] = []
        var cuts = 0
        var breaks = 0
        var passed = 0
    }

    private let target: Int
    private let listener: LoopbackListener
    private let state = Mutex(State())

    /// Where clients connect.
    package var port: Int { listener.port }

    /// A proxy to `target`, a port of this machine.
    package init(to target: Int) throws(LoopbackFailure) {
        self.target = target
        listener = try LoopbackListener()
        Thread.detachNewThread { [self] in
            while let client = listener.accept() { serve(client) }
        }
    }

    /// Changes the weather.
    package func set(_ weather: Weather) {
        state.withLock {
            $0.weather = weather
            $0.isHolding = false
        }
        if weather == .refusing { cut() }
    }

    /// Whether something has come since the weather changed that is not passed on.
    package var isHolding: Bool { state.withLock { $0.isHolding } }

    /// How many bytes of the server have passed.
    package var passedBytes: Int { state.withLock { $0.passed } }
    /// How many connections have ended because the server had sent as much as was to pass.
    package var breakCount: Int { state.withLock { $0.breaks } }

    /// Ends all connections abruptly; new ones are possible.
    package func cut() {
        let connections = state.withLock { state in
            state.cuts += 1
            return state.connections
        }
        for connection in connections { connection.cut() }
    }

    /// Sends bytes to the clients as if the server had.
    package func inject(_ bytes: [UInt8]) {
        for connection in state.withLock({ $0.connections }) {
            LoopbackSocket.send(bytes[...], to: connection.client)
        }
    }

    /// Ends it, with every connection.
    package func close() {
        listener.shut()
        set(.refusing)
    }

    private func serve(_ client: Int32) {
        let (weather, cuts) = state.withLock { ($0.weather, $0.cuts) }
        guard weather != .refusing, let server = LoopbackSocket.connect(to: target) else {
            Glibc.close(client)
            return
        }
        let connection = ProxiedConnection(client: client, server: server)
        let wasCut = state.withLock { state in
            state.connections.append(connection)
            return state.cuts != cuts
        }
        if wasCut { connection.cut() }
        for fromClient in [true, false] {
            Thread.detachNewThread { [self] in pump(connection, fromClient: fromClient) }
        }
    }

    private func pump(_ connection: ProxiedConnection, fromClient: Bool) {
        let (source, sink) =
            fromClient
            ? (connection.client, connection.server) : (connection.server, connection.client)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while LoopbackSocket.isReadable(source, within: -1), !connection.isCut {
            guard !holds(fromClient: fromClient) else {
                usleep(10_000)
                continue
            }
            let room = fromClient ? buffer.count : room(in: buffer, on: connection)
            let count = room > 0 ? unsafe recv(source, &buffer, room, 0) : 0
            guard count > 0, LoopbackSocket.send(buffer[..<count], to: sink) else { break }
            if !fromClient { pass(count, on: connection) }
        }
        connection.cut()
        state.withLock { $0.connections.removeAll { $0 === connection } }
    }

    /// How many bytes of the server may pass at once; none where the connection is to end.
    private func room(in buffer: [UInt8], on connection: ProxiedConnection) -> Int {
        state.withLock { state in
            switch state.weather {
            case .slow: return 8_192
            case .breaking(let limit):
                let room = min(max(limit - connection.passedBytes, 0), buffer.count)
                if room == 0 { state.breaks += 1 }
                return room
            default: return buffer.count
            }
        }
    }

    private func pass(_ count: Int, on connection: ProxiedConnection) {
        connection.pass(count)
        let isSlow = state.withLock { state in
            state.passed += count
            return state.weather == .slow
        }
        if isSlow { usleep(20_000) }
    }

    /// Called when something has come.
    private func holds(fromClient: Bool) -> Bool {
        state.withLock { state in
            let isHeld =
                state.weather == .silent || state.weather == (fromClient ? .oneWay : .otherWay)
            if isHeld { state.isHolding = true }
            return isHeld
        }
    }
}

/// Both ends of a proxied connection; they are closed when nobody uses them any more.
private final class ProxiedConnection: Sendable {
    let client: Int32
    let server: Int32
    private let wasCut = Mutex(false)
    private let passed = Mutex(0)

    var isCut: Bool { wasCut.withLock { $0 } }
    /// How many bytes the server has sent over it.
    var passedBytes: Int { passed.withLock { $0 } }

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
    }

    deinit {
        for socket in [client, server] { close(socket) }
    }

    /// Notes bytes of the server.
    func pass(_ count: Int) { passed.withLock { $0 += count } }

    /// Ends it at both ends.
    func cut() {
        wasCut.withLock { $0 = true }
        for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) }
    }
}
