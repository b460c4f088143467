import Listening
import Testing

@testable import WebConsole

@Suite("The console's gate")
struct GateTests {
    private static let gate = Gate(hosts: ["127.0.0.1:8080"], isSecure: false)

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

    @Test("takes no other methods", arguments: ["PUT", "DELETE", "OPTIONS", "TRACE", "get"])
    func methods(_ method: String) {
        let request = Self.request(method, ["Host": "127.0.0.1:8080"])
        #expect(Self.gate.refusal(of: request)?.status == 405)
    }
}
