import Foundation
import Loopback
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// The client against a server that answers with what a test writes.
@Suite("HTTP client")
struct HTTPClientTests {
    private static let near = HTTPConfiguration(reach: .privateNetworks)

    @Test("an answer's status, fields and body arrive; connections are used again")
    func answer() async throws {
        let server = try WebServer { request, connection in
            #expect(request["X-Ask"] == "a  b")
            #expect(request.target == "/a/../b%20c?x=1")
            connection.answer(404, [("X-Told", " yes "), ("x-told", "again")], "nothing".utf8)
        }
        let client = HTTPClient(Self.near)
        for _ in 0..<2 {
            let request = HTTPRequest(
                "GET",
                try HTTPURL("\(server.url)/a/../b%20c?x=1"),
                fields: HTTPFields([("X-Ask", "a  b")])
            )
            let response = try await client.send(request)
            #expect(response.status == 404)
            #expect(!response.isSuccess)
            #expect(response.fields["X-TOLD"] == "yes")
            #expect(try await response.body.collect(upTo: 7) == Array("nothing".utf8))
            #expect(try await response.body.next() == nil)
        }
        #expect(server.connectionCount == 1)
        let response = try await client.send(
            HTTPRequest(
                "GET",
                HTTPURL("\(server.url)/a/../b%20c?x=1"),
                fields: HTTPFields([("X-Ask", "a  b")])
            )
        )
        let error = await #expect(throws: HTTPError.self) {
            try await response.body.collect(upTo: 6)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("bodies are sent from memory and from files, with their lengths")
    func sending() async throws {
        let server = try WebServer { request, connection in
            connection.answer(200, [], request.body)
        }
        let file = FileManager.default.temporaryDirectory
            .appending(path: "longshore-tests-\(UUID().uuidString)")
        try Data("0123456789".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let client = HTTPClient(Self.near)
        let large = [UInt8](repeating: 7, count: 3 << 20)
        let bodies: [(HTTPRequest.Body, [UInt8])] = [
            (.none, []), (.bytes(large), large),
            (.file(path: file.path, offset: 2, count: 5), Array("23456".utf8)),
        ]
        for (body, expected) in bodies {
            let response = try await client.send(
                HTTPRequest("POST", HTTPURL(server.url), body: body)
            )
            #expect(try await response.body.collect(upTo: 4 << 20) == expected)
        }
        let counts = server.requests.map { $0["Content-Length"] }
        #expect(counts == ["0", String(large.count), "5"])
        let short = HTTPRequest.Body.file(path: file.path, offset: 2, count: 50)
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("POST", HTTPURL(server.url), body: short))
        }
        #expect(error?.code == .invalidInput)
    }

    @Test("a body comes in chunks; its end is known by the last")
    func chunks() async throws {
        let server = try WebServer { request, connection in
            connection.begin(200, [("Transfer-Encoding", "chunked")])
            connection.write("5\r\nhello\r\n6\r\n world\r\n")
            if request.path == "/whole" { connection.write("0\r\nX-Late: field\r\n\r\n") }
            connection.cut()
        }
        let client = HTTPClient(Self.near)
        let whole = try await client.send(HTTPRequest("GET", HTTPURL(server.url + "/whole")))
        #expect(try await whole.body.collect(upTo: 99) == Array("hello world".utf8))
        let cut = try await client.send(HTTPRequest("GET", HTTPURL(server.url + "/cut")))
        let error = await #expect(throws: HTTPError.self) {
            try await cut.body.collect(upTo: 99)
        }
        #expect(error?.code == .connectionLost)
    }

    @Test("a reader that waits holds the server back, and is not taken for a slow server")
    func backpressure() async throws {
        let total = 64 << 20
        let sent = Atomic(0)
        let server = try WebServer { request, connection in
            guard request.path == "/large" else { return connection.waitForEnd() }
            connection.begin(200, [("Content-Length", String(total))])
            let piece = [UInt8](repeating: 1, count: 1 << 20)
            while sent.load(ordering: .relaxed) < total, connection.write(piece) {
                sent.add(piece.count, ordering: .relaxed)
            }
        }
        let client = HTTPClient(Self.near)
        var request = HTTPRequest("GET", try HTTPURL(server.url + "/large"))
        request.limits.stalling = .seconds(1)
        let response = try await client.send(request)
        var received = try #require(try await response.body.next()).count
        // Another one on the same thread runs into the limit while the first one waits.
        request.url = try HTTPURL(server.url + "/silent")
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.code == .timeout)
        #expect(error?.isRetryable == true)
        #expect(sent.load(ordering: .relaxed) < total / 2)
        var largest = 0
        while let piece = try await response.body.next() {
            received += piece.count
            largest = max(largest, piece.count)
        }
        #expect(received == total)
        #expect(largest < 1 << 20)
    }

    @Test("an answer that goes on and on ends with the time that all of it has")
    func total() async throws {
        let server = try WebServer { _, connection in
            connection.begin(200, [])
            while connection.write([UInt8](repeating: 1, count: 1 << 10)) {}
        }
        let client = HTTPClient(Self.near)
        var request = HTTPRequest("GET", try HTTPURL(server.url))
        request.limits.total = .milliseconds(200)
        let error = await #expect(throws: HTTPError.self) {
            let response = try await client.send(request)
            while try await response.body.next() != nil {}
        }
        #expect(error?.code == .timeout && error?.isRetryable == true)
    }

    @Test("what a server does wrong is told, and whether another try may help")
    func faults() async throws {
        let server = try WebServer { request, connection in
            switch request.path {
            case "/short": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
            case "/code":
                connection.write("HTTP/1.1 200OK\r\nContent-Length: 1048576\r\n\r\n")
                connection.write([UInt8](repeating: 1, count: 1 << 20))
            case "/garbage": connection.write("SSH-2.0-OpenSSH_9.2\r\n")
            case "/head":
                connection.begin(200, [("X-Long", String(repeating: "x", count: 70_000))])
            case "/status": connection.write("HTTP/1.1 200 OK\r\nContent-Le")
            default: break
            }
            connection.cut()
        }
        let client = HTTPClient(Self.near)
        let expected: [(String, HTTPError.Code, Bool)] = [
            ("short", .connectionLost, true), ("garbage", .protocolViolation, false),
            ("code", .protocolViolation, false),
            ("head", .tooLarge, false), ("status", .connectionLost, true),
            ("nothing", .connectionLost, true),
        ]
        for (path, code, isRetryable) in expected {
            let url = try HTTPURL("\(server.url)/\(path)?token=s3cret")
            let request = HTTPRequest("GET", url, fields: HTTPFields([("X-Key", "s3cret")]))
            let error = await #expect(throws: HTTPError.self, "\(path)") {
                _ = try await client.send(request).body.collect(upTo: 99)
            }
            #expect(error?.code == code, "\(path): \(String(describing: error))")
            #expect(error?.isRetryable == isRetryable, "\(path)")
            #expect(error?.description.contains("s3cret") == false)
        }
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", HTTPURL("http://127.0.0.1:1/x?s3cret")))
        }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.hasPrefix("asking `http://127.0.0.1:1/x` (GET): ") == true)
    }

    @Test("bytes that came before a fault are handed over, and the fault stays one")
    func faultBehindBytes() async throws {
        let server = try WebServer { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
            connection.cut()
        }
        let client = HTTPClient(Self.near)
        let body = try await client.send(HTTPRequest("GET", HTTPURL(server.url))).body
        #expect(try await body.next() == Array("abc".utf8))
        for _ in 0..<2 {
            let error = await #expect(throws: HTTPError.self) { try await body.next() }
            #expect(error?.code == .connectionLost)
        }
        await body.close()
        let error = await #expect(throws: HTTPError.self) { try await body.next() }
        #expect(error?.code == .closed)
    }

    @Test("redirects lead to the same host only, five times at most, with the same fields")
    func redirects() async throws {
        let server = try WebServer { request, connection in
            let target =
                switch request.path {
                case "/start": "next?a"
                case "/other": "http://localhost:1/?token=s3cret"
                case "/port": "http://127.0.0.1:1/"
                case "/name":
                    "http://localhost:\(request["Host"]?.split(separator: ":").last ?? "")/start"
                case "/loop": "/loop"
                case "/none": "http://[broken"
                default: ""
                }
            if target.isEmpty { return connection.answer(200, [], "here".utf8) }
            connection.answer(307, [("Location", target)], "away".utf8)
        }
        let client = HTTPClient(Self.near)
        func send(_ path: String, _ method: String = "GET") async throws -> HTTPResponse {
            let fields = HTTPFields([("X-Key", "k")])
            return try await client.send(
                HTTPRequest(method, HTTPURL(server.url + path), fields: fields)
            )
        }
        let response = try await send("/start")
        #expect(response.url.description == server.url + "/next")
        #expect(try await response.body.collect(upTo: 9) == Array("here".utf8))
        #expect(server.requests.map { $0["X-Key"] } == ["k", "k"])
        #expect(try await send("/start", "POST").status == 307)
        for path in ["/other", "/port", "/name", "/loop", "/none"] {
            let error = await #expect(throws: HTTPError.self) { try await send(path) }
            #expect(error?.code == .redirectRefused)
            #expect(error?.message.contains("s3cret") == false)
        }
        #expect(server.requests.count { $0.path == "/loop" } == 6)
    }

    @Test(
        "a redirect leads from TLS to TLS, and from without it to either",
        arguments: [
            ("https://h:8443/", "http://h:8443/", false), ("https://h/", "http://h/", false),
            ("http://h/", "https://h/", true), ("https://h/", "https://h:443/a", true),
        ]
    )
    func downgrade(from source: String, to target: String, isFollowed: Bool) throws {
        let request = HTTPRequest("GET", try HTTPURL(source))
        let response = HTTPResponse(
            status: 302,
            fields: HTTPFields([("Location", target)]),
            url: request.url,
            body: ResponseBody(client: HTTPClient(Self.near), number: 0)
        )
        if isFollowed {
            #expect(try Redirect.target(of: response, to: request) == HTTPURL(target))
        } else {
            let error = #expect(throws: HTTPError.self) {
                try Redirect.target(of: response, to: request)
            }
            #expect(error?.code == .redirectRefused)
        }
    }

    @Test(
        "addresses of this machine are refused where they are not allowed, also by name",
        arguments: ["127.0.0.1", "127.1", "0x7f000001", "localhost", "0.0.0.0"]
    )
    func privateAddresses(host: String) async throws {
        let server = try WebServer { _, connection in connection.answer() }
        let client = HTTPClient(HTTPConfiguration(allowsPlaintext: true))
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", HTTPURL("http://\(host):\(server.port)/")))
        }
        #expect(error?.code == .forbidden)
        #expect(server.connectionCount == 0)
    }

    @Test("an address that is refused does not spoil what another one answers")
    func refusedAddresses() throws {
        // A client starts libcurl.
        _ = HTTPClient(Self.near)
        let request = HTTPRequest("GET", try HTTPURL("https://example.com/"))
        for (end, expected) in [(CurlCode.success, nil), (CurlCode.notConnected, .forbidden)]
            as [(_, HTTPError.Code?)]
        {
            let transfer = try Transfer(request, HTTPConfiguration())
            #expect(!transfer.allows([10, 0, 0, 1]))
            #expect(transfer.allows([8, 8, 8, 8]))
            transfer.end(end)
            var code: HTTPError.Code?
            do throws(HTTPError) { try transfer.requireGood() } catch { code = error.code }
            #expect(code == expected)
        }
    }

    @Test("other hosts are asked by TLS, unless the network is trusted")
    func plaintext() async throws {
        let client = HTTPClient(Self.near)
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", HTTPURL("http://example.com/x?key")))
        }
        #expect(
            error?.message
                == "refusing to ask `http://example.com/x` without TLS: use `https`, or set "
                + "LONGSHORE_ALLOW_PLAINTEXT=1 where the network itself is trusted"
        )
    }

    @Test("through a proxy, hosts are asked as the proxy finds them")
    func proxy() async throws {
        let proxy = try WebServer { request, connection in
            #expect(request.target == "http://example.com/x?y")
            connection.answer(200, [], "by proxy".utf8)
        }
        let configuration = HTTPConfiguration(
            allowsPlaintext: true,
            proxies: ProxySettings(["http_proxy": proxy.url])
        )
        let client = HTTPClient(configuration)
        let response = try await client.send(HTTPRequest("GET", HTTPURL("http://example.com/x?y")))
        #expect(try await response.body.collect(upTo: 99) == Array("by proxy".utf8))
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", HTTPURL("http://10.0.0.1/")))
        }
        #expect(error?.code == .forbidden)
        #expect(proxy.requests.count == 1)
    }

    @Test("a proxy's password is in no message")
    func unusableProxy() async throws {
        let configuration = HTTPConfiguration(
            allowsPlaintext: true,
            proxies: ProxySettings(["http_proxy": "http://u:s3cret@h:99999"])
        )
        let error = await #expect(throws: HTTPError.self) {
            try await HTTPClient(configuration)
                .send(HTTPRequest("GET", HTTPURL("http://example.com/")))
        }
        #expect(error?.code == .unresolved)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("a cancelled request ends at once")
    func cancellation() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = try WebServer { _, connection in
            arrival.yield()
            connection.waitForEnd()
            arrival.yield()
        }
        let url = try HTTPURL(server.url)
        let client = HTTPClient(Self.near)
        let task = Task { try await client.send(HTTPRequest("GET", url)) }
        var arrived = arrivals.makeAsyncIterator()
        await arrived.next()
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        // And its connection is closed.
        await arrived.next()
    }

    @Test("a body that nobody holds any more lets go of its connection")
    func droppedBody() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let server = try WebServer { _, connection in
            connection.begin(200, [("Content-Length", "1000000")])
            connection.waitForEnd()
            end.yield()
        }
        let client = HTTPClient(Self.near)
        _ = try await client.send(HTTPRequest("GET", HTTPURL(server.url))).status
        var ended = ends.makeAsyncIterator()
        await ended.next()
        await client.close()
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", HTTPURL(server.url)))
        }
        #expect(error?.code == .closed)
    }
}
