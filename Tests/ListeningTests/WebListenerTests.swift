import Endpoints
import Foundation
import HTTP
import TestSupport
import Testing

@testable import Listening

@Suite("Pages of a process")
struct WebListenerTests {
    private static func listener(
        identity: WebIdentity? = nil
    ) throws -> WebListener {
        let address = try #require(ListenAddress("127.0.0.1:0"))
        return try WebListener(address, identity: identity) { question in
            WebListener.Answer(
                question.path == "/page" ? 200 : 404,
                "\(question.path) \(question.token ?? "nobody")"
            )
        }
    }

    private static func ask(
        _ method: String,
        _ url: String,
        token: String? = nil,
        authorities: String? = nil
    ) async throws -> (status: Int, text: String) {
        let client = HTTPClient(
            HTTPConfiguration(reach: .privateNetworks, authorityFile: authorities)
        )
        var request = HTTPRequest(method, try HTTPURL(url))
        if let token { request.fields.append("Authorization", "Bearer \(token)") }
        let response = try await client.send(request)
        return (
            response.status,
            String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
        )
    }

    @Test("a question is answered with what is known of it")
    func answers() async throws {
        let listener = try Self.listener()
        let url = "http://127.0.0.1:\(listener.port)"
        #expect(try await Self.ask("GET", "\(url)/page?x=1") == (200, "/page nobody"))
        #expect(try await Self.ask("GET", "\(url)/page", token: "a b").text == "/page a b")
        #expect(try await Self.ask("GET", "\(url)/other").status == 404)
        #expect(try await Self.ask("HEAD", "\(url)/page") == (200, ""))
        #expect(try await Self.ask("POST", "\(url)/page").status == 405)
    }

    @Test("with a certificate it is asked by TLS, and not without")
    func secured() async throws {
        let certificates = try TestCertificates()
        let listener = try Self.listener(
            identity: WebIdentity(
                certificate: String(
                    contentsOfFile: certificates.serverCertificate,
                    encoding: .utf8
                ),
                key: Secret(String(contentsOfFile: certificates.serverKey, encoding: .utf8))
            )
        )
        let answer = try await Self.ask(
            "GET",
            "https://localhost:\(listener.port)/page",
            authorities: certificates.authority
        )
        #expect(answer.text == "/page nobody")
        await #expect(throws: HTTPError.self) {
            try await Self.ask("GET", "http://localhost:\(listener.port)/page")
        }
    }

    @Test("a certificate that is none is one clear error")
    func unusable() throws {
        let error = #expect(throws: ListenerError.self) {
            try Self.listener(identity: WebIdentity(certificate: "x", key: Secret("y")))
        }
        #expect(error?.description.contains("expected both in PEM") == true)
    }

    @Test("a head of more than 16 KiB is refused, and the next question is answered")
    func bounded() async throws {
        let listener = try Self.listener()
        let url = "http://127.0.0.1:\(listener.port)/page"
        let long = String(repeating: "x", count: 20_000)
        #expect(try await [431, 413].contains(Self.ask("GET", url, token: long).status))
        #expect(try await Self.ask("GET", url).status == 200)
    }

    @Test("a port that is taken is one clear error")
    func taken() throws {
        let first = try Self.listener()
        let address = try #require(ListenAddress("127.0.0.1:\(first.port)"))
        let error = #expect(throws: ListenerError.self) {
            try WebListener(address) { _ in WebListener.Answer(200, "") }
        }
        #expect(error?.description.contains("127.0.0.1:\(first.port)") == true)
        #expect(error?.description.contains("--listen") == true)
    }

    @Test(
        "addresses are numbers with a port",
        arguments: [
            ("127.0.0.1:9464", "127.0.0.1:9464", true), ("[::1]:80", "[::1]:80", true),
            (":9464", ":9464", false), ("*:9464", ":9464", false),
            ("10.0.0.1:1", "10.0.0.1:1", false),
            ("localhost:80", nil, false), ("127.0.0.1", nil, false), ("::1:80", nil, false),
            ("127.0.0.1:70000", nil, false), ("", nil, false),
        ] as [(String, String?, Bool)]
    )
    func addresses(_ text: String, written: String?, isLoopback: Bool) {
        let address = ListenAddress(text)
        #expect(address?.description == written)
        #expect((address?.isLoopback ?? false) == isLoopback)
    }
}
