import Foundation
import Testing

@testable import Redis

@Suite("Sockets")
struct SocketTests {
    @Test("sending to a closed connection is an error, not a signal")
    func brokenPipe() async throws {
        // As in a program; a test runner may ignore the signal.
        signal(SIGPIPE, SIG_DFL)
        let server = try FakeServer([.hangUp], greets: false)
        let limit = CallLimit(server: server.url, timeout: .seconds(10), wakeUp: WakeUp())
        let addresses = try Resolver.addresses(of: "127.0.0.1", port: server.port, limit: limit)
        let socket = try Socket.connect(to: addresses, limit: limit)
        try await failingSend(on: socket)
    }

    private func failingSend(on socket: borrowing Socket) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while socket.send([1]) >= 0 {
            try #require(ContinuousClock.now < deadline)
            await Task.yield()
        }
        #expect(socket.send([1]) == -Int(EPIPE))
    }
}
