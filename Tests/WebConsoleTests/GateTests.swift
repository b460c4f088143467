import Listening
import Testing

@testable import WebConsole

@Suite("The console's gate")
struct GateTests {
    private static let gate = Gate(
        origins: [
            WebOrigin(isSecure: false, host: "127.0.0.1:8080"),
            WebOrigin(isSecure: true, host: "warehouse.example"),
        ]
    )

    private static func request(
        _ method: String = "POST",
        _ headers: KeyValuePairs<String, String>
    ) -> WebRequest {
        WebRequest(
            method: method,
            path: [],
            headers: headers.map { WebRequest.Field(name: $0.key, value: $0.value) }
        )
    }

    @Test(
        "lets in who names the console as it is known",
        arguments: [
            (["Host": "127.0.0.1:8080"], nil), (["host": "127.0.0.1:8080"], nil),
            (["Host": "evil.example"], 421), (["Host": "127.0.0.1:8081"], 421), ([:], 421),
            (["Host": "127.0.0.1:8080", "HOST": "evil.example"], 421),
        ] as [(KeyValuePairs<String, String>, Int?)]
    )
    func hosts(_ headers: KeyValuePairs<String, String>, status: Int?) {
        #expect(Self.gate.refusal(of: Self.request("GET", headers))?.status == status)
    }

    @Test(
        "takes actions from the console's own pages alone",
        arguments: [
            (["Origin": "http://127.0.0.1:8080"], nil),
            (["Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"], nil),
            ([:], 403), (["Origin": "null"], 403), (["Origin": "https://127.0.0.1:8080"], 403),
            (["Origin": "http://evil.example"], 403),
            (["Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "cross-site"], 403),
            (["Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"], 403),
            (["Origin": "http://127.0.0.1:8080", "origin": "http://evil.example"], 403),
        ] as [(KeyValuePairs<String, String>, Int?)]
    )
    func origins(_ headers: KeyValuePairs<String, String>, status: Int?) {
        var fields = headers.map { WebRequest.Field(name: $0.key, value: $0.value) }
        fields.append(WebRequest.Field(name: "Host", value: "127.0.0.1:8080"))
        let request = WebRequest(method: "POST", path: [], headers: fields)
        #expect(Self.gate.refusal(of: request)?.status == status)
    }

    @Test("takes no action of a program, and says which methods there are")
    func programs() {
        let host = WebRequest.Field(name: "Host", value: "127.0.0.1:8080")
        let origin = WebRequest.Field(name: "Origin", value: "http://127.0.0.1:8080")
        let request = WebRequest(
            method: "POST",
            path: ["api", "v1", "loads"],
            headers: [host, origin]
        )
        let refusal = Self.gate.refusal(of: request)
        #expect(refusal?.status == 405)
        #expect(refusal?.headers.first?.value == "GET, HEAD")
    }

    @Test("takes no other methods", arguments: ["PUT", "DELETE", "OPTIONS", "TRACE", "get"])
    func methods(_ method: String) {
        let request = Self.request(method, ["Host": "127.0.0.1:8080"])
        #expect(Self.gate.refusal(of: request)?.status == 405)
    }

    @Test("behind a proxy with TLS the page's own place is that of browsers")
    func external() {
        let host = ("Host", "warehouse.example")
        for (origin, status) in [
            ("https://warehouse.example", nil), ("http://warehouse.example", 403),
            ("https://127.0.0.1:8080", 403),
        ] as [(String, Int?)] {
            let fields = [host, ("Origin", origin)]
                .map { WebRequest.Field(name: $0.0, value: $0.1) }
            let request = WebRequest(method: "POST", path: [], headers: fields)
            #expect(Self.gate.refusal(of: request)?.status == status, "\(origin)")
        }
    }

    @Test("tells browsers to use TLS where they have it")
    func transport() {
        for (host, isTold) in [("warehouse.example", true), ("127.0.0.1:8080", false)] {
            var response = WebResponse(200)
            Self.gate.protect(&response, to: Self.request("GET", ["Host": host]))
            let names = response.headers.map(\.name)
            #expect(names.contains("Strict-Transport-Security") == isTold, "\(host)")
        }
    }

    @Test("what is no percent-encoding is refused, for programs as JSON")
    func malformed() {
        let field = WebRequest.Field(name: "Host", value: "127.0.0.1:8080")
        for (path, type) in [
            (["loads"], "text/plain; charset=utf-8"),
            (["api", "v1", "loads"], "application/json; charset=utf-8"),
        ] {
            let request = WebRequest(path: path, headers: [field], isWellFormed: false)
            let response = Self.gate.refusal(of: request)?.response(to: request)
            #expect(response?.status == 400)
            #expect(response?.headers.first { $0.name == "Content-Type" }?.value == type)
        }
    }

    @Test(
        "an external URL is a scheme and a host",
        arguments: [
            ("https://warehouse.example.com", "https://warehouse.example.com"),
            ("HTTPS://Warehouse.example.com/", "https://warehouse.example.com"),
            ("https://a.example:443", "https://a.example"),
            ("http://a.example:80", "http://a.example"),
            ("https://a.example:8443", "https://a.example:8443"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("https://a.example/x", nil),
            ("a.example", nil), ("https://", nil), ("ftp://a.example", nil),
            ("https://u@a.example", nil), ("https://a.example:99999", nil),
            ("https://a.example?x", nil),
        ] as [(String, String?)]
    )
    func urls(_ url: String, read: String?) {
        #expect(WebOrigin(url)?.description == read)
    }

    @Test("consoles on one machine have cookies of their own")
    func cookies() {
        for (url, name) in [
            ("http://127.0.0.1:8080", "longshore-8080"), ("http://[::1]:81", "longshore-81"),
            ("http://[::1]", "longshore"), ("https://a.example", "__Host-longshore"),
            ("https://a.example:8443", "__Host-longshore-8443"),
        ] {
            #expect(WebOrigin(url)?.cookie == name)
        }
    }
}
