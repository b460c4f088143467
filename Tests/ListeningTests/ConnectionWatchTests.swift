import Foundation
import HTTP
import Loopback
import TestSupport
import Testing

@testable import Listening

@Suite("Connections that send no whole request")
struct ConnectionWatchTests {
    /// Lets `body` talk to a server with less patience, and closes it.
    private static func withServer(
        _ patience: ListeningPatience,
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let server = try WebServer(
            try #require(ListenAddress("127.0.0.1:0")),
            identity: nil,
            patience: patience
        )
        server.serve { WebResponse(200, text: "\($0.body.count)") }
        do {
            try await body(server.port)
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private static func status(at port: Int) async throws -> Int {
        let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
        let url = try HTTPURL("http://127.0.0.1:\(port)/")
        let response = try await client.send(HTTPRequest("GET", url))
        await response.body.close()
        return response.status
    }

    @Test(
        "a head or a content that does not come to its end is not waited for",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc",
        ]
    )
    func slow(_ text: String) async throws {
        var patience = ListeningPatience()
        patience.head = .milliseconds(500)
        patience.body = .milliseconds(500)
        try await Self.withServer(patience) { port in
            let connection = try RawConnection(to: port, sending: text)
            let sending = Task {
                // Each byte would renew a limit for silence.
                while !Task.isCancelled,
                    LoopbackSocket.send([UInt8(ascii: "x")], to: connection.socket)
                {
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
            let (answer, seconds) = await connection.rest()
            sending.cancel()
            #expect(!answer.contains("200 OK"))
            #expect(seconds >= 0.3 && seconds < 5)
            #expect(try await Self.status(at: port) == 200)
        }
    }

    @Test("a connection that is silent is closed later than one that sends half a head")
    func silent() async throws {
        var patience = ListeningPatience()
        patience.head = .milliseconds(500)
        patience.silence = .seconds(2)
        try await Self.withServer(patience) { port in
            let silent = try RawConnection(to: port, sending: "")
            let kept = try RawConnection(to: port, sending: "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async let first = silent.rest()
            async let second = kept.rest()
            #expect(await first.seconds >= 1.5)
            #expect(await second.seconds >= 1.5)
            #expect(await second.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("200 half requests keep nobody out, and take no memory that grows")
    func flood() async throws {
        try await Self.withServer(ListeningPatience()) { port in
            var memory: [Int] = []
            for _ in 0..<3 {
                var sockets: [Int32] = []
                for _ in 0..<200 {
                    let half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Le"
                    sockets.append(try RawConnection(to: port, sending: half).socket)
                    guard sockets.count % 50 == 0 else { continue }
                    let begin = ContinuousClock.now
                    #expect(try await Self.status(at: port) == 200)
                    #expect(ContinuousClock.now - begin < .seconds(1))
                }
                let most = ListeningPatience().unfinished
                await eventually(within: .seconds(5), "all but the newest are closed") {
                    sockets.count { LoopbackSocket.isReadable($0, within: 0) } >= 200 - most
                }
                #expect(!LoopbackSocket.isReadable(sockets[199], within: 0))
                for socket in sockets { close(socket) }
                memory.append(try Self.residentPages())
            }
            #expect(memory[2] - memory[0] < 1_000, "\(memory)")
        }
    }

    @Test("where there are too many, the oldest of whoever has the most is closed, and no other")
    func fairness() throws {
        var patience = ListeningPatience()
        patience.unfinished = 5
        let watch = ConnectionWatch(patience)
        var pairs: [(own: Int32, other: Int32)] = []
        func arrive(from peer: String) throws {
            var ends: [Int32] = [0, 0]
            try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            pairs.append((ends[0], ends[1]))
            watch.arrive(ConnectionID(pairs.count), on: ends[0], from: peer)
        }
        func closed() -> [Int] {
            pairs.indices.filter { LoopbackSocket.isReadable(pairs[$0].other, within: 0) }
        }
        for peer in ["b", "a", "a", "a", "b"] { try arrive(from: peer) }
        #expect(closed() == [])
        // Who is answered takes nobody's place.
        watch.requestIsWhole(2)
        try arrive(from: "c")
        #expect(closed() == [])
        // Two of `a`, two of `b`.
        try arrive(from: "c")
        #expect(closed() == [0])
        // Three of `a`, of which one has just been answered.
        watch.isAnswered(2)
        try arrive(from: "d")
        #expect(closed() == [0, 2])
        for pair in pairs {
            close(pair.own)
            close(pair.other)
        }
    }

    /// Pages of memory that this process has.
    private static func residentPages() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return Int(text.split(separator: " ")[1]) ?? 0
    }
}
