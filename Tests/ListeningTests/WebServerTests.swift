import Endpoints
import Foundation
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Listening

@Suite("A server of pages that are asked for")
struct WebServerTests {
    /// Lets `body` ask a server, and closes it.
    private static func withServer(
        _ respond: @escaping @Sendable (WebRequest) async -> WebResponse,
        _ body: (_ url: String) async throws -> Void
    ) async throws {
        let server = try WebServer(try #require(ListenAddress("127.0.0.1:0")))
        server.serve(respond)
        do {
            try await body("http://127.0.0.1:\(server.port)")
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private static func ask(
        _ url: String,
        by method: String = "GET",
        fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> HTTPResponse {
        let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
        var request = HTTPRequest(method, try HTTPURL(url))
        for (name, value) in fields { request.fields.append(name, value) }
        if let body { request.body = .bytes(body) }
        return try await client.send(request)
    }

    private static func text(_ response: HTTPResponse) async throws -> String {
        String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
    }

    @Test("is told path, parameters, fields and content")
    func told() async throws {
        try await Self.withServer { request in
            let names = request.parameters.map { "\($0.name)=\($0.value)" }
            return WebResponse(
                200,
                text: """
                    \(request.method) \(request.path) \(names) \(request.values(ofHeader: "x-twice")) \
                    \(String(decoding: request.body, as: UTF8.self)) \(request.peer)
                    """
            )
        } _: { (url: String) async throws in
            let answer = try await Self.ask(
                "\(url)/a%2Fb/c?x=1%20+%2B&y",
                by: "POST",
                fields: [("X-Twice", "1"), ("X-Twice", "2")],
                body: Array("content".utf8)
            )
            #expect(
                try await Self.text(answer)
                    == #"POST ["a/b", "c"] ["x=1  +", "y="] ["1", "2"] content 127.0.0.1"#
            )
        }
    }

    @Test("refuses what is too large, tells what is no percent-encoding or has a NUL, and goes on")
    func refused() async throws {
        try await Self.withServer { request in
            WebResponse(request.isWellFormed ? 200 : 400, text: "ok")
        } _: { (url: String) async throws in
            let large = [UInt8](repeating: 1, count: WebServer.largestBody + 1)
            #expect(try await Self.ask("\(url)/", by: "POST", body: large).status == 413)
            let fits = [UInt8](repeating: 1, count: WebServer.largestBody)
            #expect(try await Self.ask("\(url)/", by: "POST", body: fits).status == 200)
            for unfit in ["/x?y=%FF", "/x%00", "/x?y=%00", "/x?y=%0", "/%C3%28"] {
                #expect(try await Self.ask(url + unfit).status == 400, "\(unfit)")
            }
            #expect(try await Self.ask(url + "/").status == 200)
        }
    }

    @Test("answers others while one waits")
    func together() async throws {
        let gate = AsyncStream<Void>.makeStream()
        try await Self.withServer { request in
            if request.path == ["slow"] { for await _ in gate.stream { break } }
            return WebResponse(200, text: request.path.joined())
        } _: { (url: String) async throws in
            async let slow = Self.text(Self.ask(url + "/slow"))
            for number in 0..<20 {
                #expect(try await Self.text(Self.ask(url + "/\(number)")) == "\(number)")
            }
            gate.continuation.yield()
            #expect(try await slow == "slow")
        }
    }

    @Test("sends a stream as it comes, and ends whoever sends when nobody listens")
    func streamed() async throws {
        let ended = AsyncStream<Void>.makeStream()
        try await Self.withServer { _ in
            let stream = AsyncStream<[UInt8]>.makeStream()
            let task = Task {
                for number in 0... {
                    guard !Task.isCancelled else { break }
                    stream.continuation.yield(Array("event \(number)\n".utf8))
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            stream.continuation.onTermination = { _ in
                task.cancel()
                ended.continuation.yield()
            }
            return WebResponse(200, body: .stream(stream.stream))
        } _: { (url: String) async throws in
            let response = try await Self.ask(url + "/")
            var seen = ""
            while !seen.contains("event 2\n") {
                guard let piece = try await response.body.next() else { break }
                seen += String(decoding: piece, as: UTF8.self)
            }
            #expect(seen.hasPrefix("event 0\nevent 1\nevent 2\n"))
            await response.body.close()
            for await _ in ended.stream { break }
        }
    }

    @Test("a stream of many megabytes comes whole, and is not made before it is read")
    func large() async throws {
        let made = Mutex(0)
        let (pieces, size) = (64, 2 << 20)
        try await Self.withServer { _ in
            let stream = AsyncStream<[UInt8]> {
                let number = made.withLock { made in
                    made += 1
                    return made
                }
                return number <= pieces ? [UInt8](repeating: 7, count: size) : nil
            }
            return WebResponse(200, body: .stream(stream))
        } _: { (url: String) async throws in
            let response = try await Self.ask(url + "/")
            _ = try await response.body.next()
            // What the system and both sides keep is a few megabytes.
            await settle { made.withLock(\.self) }
            #expect(made.withLock(\.self) < pieces / 2)
            var bytes = 0
            while let piece = try await response.body.next() { bytes += piece.count }
            #expect(bytes > (pieces - 1) * size)
        }
    }

    /// Waits until a number has not changed for a moment.
    private func settle(_ number: () -> Int) async {
        var last = -1
        while number() != last {
            last = number()
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("closes while a request and a stream are open")
    func closes() async throws {
        let server = try WebServer(try #require(ListenAddress("127.0.0.1:0")))
        let begun = AsyncStream<Void>.makeStream()
        server.serve { request in
            begun.continuation.yield()
            guard request.path == ["stream"] else {
                try? await Task.sleep(for: .seconds(600))
                return WebResponse(200, text: "late")
            }
            return WebResponse(200, body: .stream(AsyncStream { $0.yield(Array("x".utf8)) }))
        }
        let url = "http://127.0.0.1:\(server.port)"
        async let waiting = Self.ask(url + "/")
        let stream = try await Self.ask(url + "/stream")
        var count = 0
        for await _ in begun.stream {
            count += 1
            if count == 2 { break }
        }
        await server.close()
        _ = try? await waiting
        _ = try? await stream.body.collect(upTo: 100)
        await #expect(throws: HTTPError.self) { try await Self.ask(url + "/") }
    }
}
