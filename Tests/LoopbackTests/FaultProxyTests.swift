import Glibc
import Loopback
import TestSupport
import Testing

@Suite("A network that fails")
struct FaultProxyTests {
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

    @Test("a cut ends what is connected, also in silence, and new connections are possible")
    func cut() async throws {
        for weather in [FaultProxy.Weather.fair, .silent] {
            let line = try Line()
            defer { line.close() }
            line.proxy.set(weather)
            line.proxy.cut()
            await eventually("the client is told") { line.received(at: line.client) == [] }
            await eventually("the server is told") { line.received(at: line.server) == [] }
            line.proxy.set(.fair)
            let client = try #require(LoopbackSocket.connect(to: line.proxy.port))
            try #require(line.listener.isAwaited(within: 10_000))
            let server = try #require(line.listener.accept())
            #expect(LoopbackSocket.send([7], to: client))
            await eventually("the server has it") { line.received(at: server) == [7] }
            for socket in [client, server] { Glibc.close(socket) }
        }
    }

    @Test(
        "a connection breaks behind as many bytes of the server as were to pass; the next has as many"
    )
    func breaking() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.set(.breaking(after: 3))
        #expect(LoopbackSocket.send([1, 2, 3, 4, 5], to: line.client))
        await eventually("what the client sends passes") {
            line.received(at: line.server) == [1, 2, 3, 4, 5]
        }
        #expect(LoopbackSocket.send([1, 2, 3, 4], to: line.server))
        await eventually("three bytes have passed") { line.received(at: line.client) == [1, 2, 3] }
        await eventually("the client is told") { line.received(at: line.client) == [] }
        #expect(line.proxy.breakCount == 1 && line.proxy.passedBytes == 3)

        let client = try #require(LoopbackSocket.connect(to: line.proxy.port))
        try #require(line.listener.isAwaited(within: 10_000))
        let server = try #require(line.listener.accept())
        #expect(LoopbackSocket.send([7, 8], to: server))
        await eventually("the client has it") { line.received(at: client) == [7, 8] }
        for socket in [client, server] { Glibc.close(socket) }
    }

    @Test("a slow network brings all that the server sends, in pieces with pauses")
    func slow() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.set(.slow)
        let start = ContinuousClock.now
        let size = 10 * 8_192
        #expect(LoopbackSocket.send([UInt8](repeating: 1, count: size)[...], to: line.server))
        await eventually("all has passed") { line.proxy.passedBytes == size }
        #expect(start.duration(to: .now) > .milliseconds(9 * 20))
        #expect(line.proxy.breakCount == 0)
    }

    @Test("what was held when the connection was cut never arrives")
    func cutWhileHolding() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.set(.silent)
        #expect(!line.proxy.isHolding)
        #expect(LoopbackSocket.send([1], to: line.client))
        await eventually("it is held") { line.proxy.isHolding }
        line.proxy.cut()
        line.proxy.set(.fair)
        #expect(!line.proxy.isHolding)
        await eventually("the server hears the end, and nothing before it") {
            line.received(at: line.server) == []
        }
    }

    @Test("bytes can be sent to clients as if the server had sent them")
    func injected() async throws {
        let line = try Line()
        defer { line.close() }
        #expect(LoopbackSocket.send([1], to: line.client))
        await eventually("they are connected") { line.received(at: line.server) == [1] }
        line.proxy.inject([8, 9])
        await eventually("the client has them") { line.received(at: line.client) == [8, 9] }
        #expect(!LoopbackSocket.isReadable(line.server, within: 100))
    }

    @Test("a closed proxy ends its connections, and its port refuses")
    func closed() async throws {
        let line = try Line()
        defer { line.close() }
        line.proxy.close()
        await eventually("the client is told") { line.received(at: line.client) == [] }
        await eventually("the port refuses") {
            guard let late = LoopbackSocket.connect(to: line.proxy.port) else { return true }
            Glibc.close(late)
            return false
        }
    }
}

/// A client and a server with a proxy between them.
private struct Line {
    let proxy: FaultProxy
    let client: Int32
    let server: Int32
    let listener: LoopbackListener

    init() throws {
        listener = try LoopbackListener()
        proxy = try FaultProxy(to: listener.port)
        client = try #require(LoopbackSocket.connect(to: proxy.port))
        try #require(listener.isAwaited(within: 10_000))
        server = try #require(listener.accept())
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
        for socket in [client, server] { Glibc.close(socket) }
    }
}
