import Glibc
import Loopback
import Testing

@Suite("Sockets of the loopback")
struct LoopbackTests {
    @Test("free ports are free, different, and none of those that are taken")
    func ports() throws {
        let ports = try LoopbackPorts.free(20)
        #expect(Set(ports).count == 20)
        #expect(ports.allSatisfy(LoopbackPorts.isFree))
        #expect(try Set(LoopbackPorts.free(20, besides: Set(ports))).isDisjoint(with: ports))
    }

    @Test("a port that only is taken refuses and is not free; one that listens takes clients")
    func listening() throws {
        let dead = try LoopbackListener(listening: false)
        #expect(LoopbackSocket.connect(to: dead.port) == nil)
        let listener = try LoopbackListener()
        #expect(!LoopbackPorts.isFree(listener.port))
        #expect(!listener.isAwaited(within: 0))
        let client = try #require(LoopbackSocket.connect(to: listener.port))
        let server = try #require(listener.accept())
        #expect(LoopbackSocket.send([1], to: client))
        #expect(LoopbackSocket.isReadable(server, within: 10_000))
        for socket in [client, server] { close(socket) }
        listener.shut()
        #expect(listener.accept() == nil)
        withExtendedLifetime(dead) {}
    }

    @Test("a conversation with patience ends when the other side says nothing")
    func patience() throws {
        let listener = try LoopbackListener()
        let client = try #require(LoopbackSocket.connect(to: listener.port, patience: 1))
        defer { close(client) }
        var byte: UInt8 = 0
        #expect(unsafe recv(client, &byte, 1, 0) == -1)
        #expect(errno == EAGAIN)
    }
}
