import Glibc
import TestSupport
import Testing

@testable import Torture

@Suite struct FaultProxyTests {
    @Test("in fair weather both directions pass")
    func fair() async throws {
        let line = try Line()
        defer { line.close() }
        #expect(LoopbackSocket.send([1, 2, 3], to: line.client))
        await eventually("the server has it") { line.received(at: line.server) == [1, 2, 3] }
        #expect(LoopbackSocket.send([4, 5], to: line.server))
        await eventually("the client has it") { line.received(at: line.client) == [4, 5] }
    }

    @Test("in silence nothing passes and nobody is told; afterwards what was sent arrives")
    func silence() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.set(.silent)
        #expect(LoopbackSocket.send([1], to: line.client))
        #expect(LoopbackSocket.send([2], to: line.server))
        #expect(!LoopbackSocket.isReadable(line.server, within: 300))
        #expect(!LoopbackSocket.isReadable(line.client, within: 300))
        line.proxy.set(.fair)
        await eventually("the server has it") { line.received(at: line.server) == [1] }
        await eventually("the client has it") { line.received(at: line.client) == [2] }
    }

    @Test("one way, only what the server sends passes; the other way, only what the client sends")
    func oneWay() async throws {
        for (weather, passes) in [(FaultProxy.Weather.oneWay, [2]), (.otherWay, [1] as [UInt8])] {
            let line = try Line()
            defer { line.close() }
            line.proxy.set(weather)
            #expect(LoopbackSocket.send([1], to: line.client))
            #expect(LoopbackSocket.send([2], to: line.server))
            let (open, shut) =
                passes == [2] ? (line.client, line.server) : (line.server, line.client)
            await eventually("it has passed") { line.received(at: open) == passes }
            #expect(!LoopbackSocket.isReadable(shut, within: 300))
        }
    }

    @Test("a refusing network ends connections, and new ones at once")
    func refusing() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.set(.refusing)
        await eventually("the connection has ended") { line.received(at: line.client) == [] }
        let late = try #require(LoopbackSocket.connect(to: line.proxy.port))
        defer { Glibc.close(late) }
        await eventually("the new one has ended") { line.received(at: late) == [] }
    }
}

/// A client and a server with a proxy between them.
private struct Line {
    let proxy: FaultProxy
    let client: Int32
    let server: Int32
    private let listener: Int32

    init() throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        proxy = try FaultProxy(to: port)
        client = try #require(LoopbackSocket.connect(to: proxy.port))
        try #require(LoopbackSocket.isReadable(listener, within: 10_000))
        server = accept(listener, nil, nil)
    }

    /// What has come and not been read; empty at the end of the connection, `nil` while there is nothing.
    func received(at socket: Int32) -> [UInt8]? {
        guard LoopbackSocket.isReadable(socket, within: 0) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        return Array(buffer[..<max(0, count)])
    }

    func close() {
        proxy.close()
        for socket in [client, server, listener] { Glibc.close(socket) }
    }
}
