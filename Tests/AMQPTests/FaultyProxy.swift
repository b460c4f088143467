import Foundation
import Synchronization

/// A TCP proxy before a real broker that can cut, freeze and falsify what passes.
final class FaultyProxy: Sendable {
    /// Where clients connect.
    let port: Int
    private let listener: Int32
    private let upstreamPort: Int
    private let state = Mutex(State())

    private struct State {
        var clients: [Int32] = []
        var upstreams: [Int32] = []
        var isFrozen = false
        var isHolding = false
        var isClosed = false
    }

    /// Starts a proxy to a port of this machine.
    init(to upstreamPort: Int) {
        self.upstreamPort = upstreamPort
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        port = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bind(listener, pointer, length)
                _ = unsafe getsockname(listener, pointer, &length)
            }
            return Int(UInt16(bigEndian: unsafe pointer.pointee.sin_port))
        }
        listen(listener, 16)
        Thread.detachNewThread { [self] in acceptUntilClosed() }
    }

    /// Breaks all connections; new ones are possible.
    func cut() {
        let descriptors = state.withLock { state in
            defer {
                state.clients = []
                state.upstreams = []
            }
            return state.clients + state.upstreams
        }
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Stops passing anything on, in both directions, without closing; or goes on.
    func setFrozen(_ isFrozen: Bool) {
        state.withLock {
            $0.isFrozen = isFrozen
            $0.isHolding = false
        }
    }

    /// Whether something has arrived since the freeze and is not passed on.
    var isHolding: Bool { state.withLock { $0.isHolding } }

    /// Sends bytes to the clients as if the broker had.
    func inject(_ bytes: [UInt8]) {
        for client in state.withLock({ $0.clients }) { Self.write(bytes, to: client) }
    }

    /// Ends everything.
    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private func acceptUntilClosed() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0, !state.withLock({ $0.isClosed }) else { break }
            let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.address(port: upstreamPort)
            _ = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    unsafe connect(upstream, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            state.withLock {
                $0.clients.append(client)
                $0.upstreams.append(upstream)
            }
            Thread.detachNewThread { [self] in pump(from: client, to: upstream) }
            Thread.detachNewThread { [self] in pump(from: upstream, to: client) }
        }
        Foundation.close(listener)
    }

    private func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(source, &buffer, buffer.count)
            while mustHold() { usleep(5_000) }
            guard count > 0, Self.write(Array(buffer[..<count]), to: target) else { break }
        }
        // Each pump ends the direction it reads; descriptors leak until the test process ends.
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    /// Called with bytes in hand.
    private func mustHold() -> Bool {
        state.withLock { state in
            state.isHolding = state.isFrozen
            return state.isFrozen && !state.isClosed
        }
    }

    @discardableResult
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe send(
                    descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
