import Foundation
import Testing

@testable import Listening

@Suite("Heads of requests that can be read in several ways")
struct HeadFramingTests {
    /// Another request, hidden in what belongs to the first one or follows it.
    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"

    /// What a server answers to bytes, until it closes or nothing more comes for a while.
    private static func answers(to text: String) async throws -> String {
        let server = try WebServer(try #require(ListenAddress("127.0.0.1:0")))
        server.serve { request in
            let groups = request.values(ofHeader: "X-Groups")
            return WebResponse(
                200,
                text: "<\(request.path.joined()) \(groups) \(request.body.count)>"
            )
        }
        let said = try await said(by: server.port, to: text)
        await server.close()
        return said
    }

    private static func said(by port: Int, to text: String) async throws -> String {
        let connection = try RawConnection(to: port, sending: text)
        shutdown(connection.socket, Int32(SHUT_WR))
        return await connection.rest().text
    }

    @Test(
        "are refused, and nothing behind them is read",
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\nContent-Length: 34\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 39\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 34\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX(y): 1\r\n\r\n",
            "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\nX-Groups: etl\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX: y\n\n\0\0\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX: y\rX-Groups: etl\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX-Groups: etl\0,board\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX-Groups: etl\0,board\r\nX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX-Groups: board,\r\n etl\r\nX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX-Groups: board,\r\n etl\r\n\r\n",
        ]
    )
    func refused(_ head: String) async throws {
        let said = try await Self.answers(to: head + Self.hidden)
        #expect(said.hasPrefix("HTTP/1.1 400 "), "\(said)")
        #expect(said.contains("\r\nConnection: close\r\n"), "\(said)")
        #expect(!said.contains("HTTP/1.1 200 "), "\(said)")
    }

    @Test(
        "others are taken: blanks around values, empty ones, fields without end, several requests"
    )
    func taken() async throws {
        let many = (0..<80).map { "X-Field-\($0): \(String(repeating: "v", count: 100))\r\n" }
        for head in [
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /a?b=c&d HTTP/1.1\r\nHost:x\r\nEmpty:\r\nBlank: \r\nX:\t y \t\r\nLast: é\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\n\(many.joined())\r\n",
            "POST /a HTTP/1.1\r\nHost: x\r\ncontent-length: 0\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n",
        ] {
            let said = try await Self.answers(to: head)
            #expect(said.contains("<a [] 0>"), "\(head) \(said)")
        }
        let two = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + Self.hidden
        let said = try await Self.answers(to: two)
        #expect(said.contains("<a [] 3>") && said.contains("<hidden [] 0>"), "\(said)")
    }

    @Test("the names of fields are equal in any case, and in nothing else")
    func names() {
        for (name, isEqual) in [
            ("content-length", true), ("CONTENT-Length", true), ("content\rlength", false),
            ("Content-Lengt", false), ("content_length", false),
        ] {
            let field = WebRequest.Field(name: name, value: "1")
            #expect(field.isNamed("Content-Length") == isEqual, "\(name.debugDescription)")
            #expect(WebRequest.Field(name: "Content-Length", value: "1").isNamed(name) == isEqual)
        }
    }

    @Test("no request is read behind one whose content comes in chunks")
    func chunked() async throws {
        let said = try await Self.answers(
            to:
                "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + Self.hidden
        )
        #expect(said.contains("<a [] 3>") && !said.contains("<hidden"), "\(said)")
    }

    @Test("are refused where only a few pages are told, too")
    func listener() async throws {
        let listener = try WebListener(try #require(ListenAddress("127.0.0.1:0"))) {
            WebListener.Answer(200, "<\($0.path)>")
        }
        let said = try await Self.said(
            by: listener.port,
            to: "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 34\r\n\r\n"
                + Self.hidden
        )
        #expect(said.hasPrefix("HTTP/1.1 400 ") && !said.contains("<"), "\(said)")
        listener.close()
    }
}
