import Endpoints
import Foundation
import Loopback
import Pipelines
import Rows
import TestSupport
import Testing

@testable import Extraction

/// APIs that send back who asks, where nobody expects it.
@Suite("Who asks an API")
struct CallSecretTests {
    private static let token = "Canary+Token/of=it"

    /// The token, as it stands in an address.
    enum Writing: CaseIterable {
        case host, path, encoded

        var address: String {
            switch self {
            case .host: "https://canary-token.example/"
            case .path: "https://h.example/x/\(CallSecretTests.token)"
            case .encoded: "https://h.example/%43anary%2BToken%2Fof%3Dit"
            }
        }
    }

    /// The message of the error of one who asks with a token, and is led elsewhere by `fields` and `body`.
    private static func message(
        _ pages: CallPages?,
        status: Int,
        _ fields: [(name: String, value: String)],
        _ body: String
    ) async throws -> String {
        let server = try WebServer { request, connection in
            guard request.path == "/token" else {
                return connection.answer(status, fields, body.utf8)
            }
            connection.answer(200, [], #"{"access_token":"\#(token)"}"#.utf8)
        }
        let place = HTTPPlace(withTokensOf: server)
        let sources = Sources(
            ["ads": .http(place)],
            folder: "/nowhere",
            environment: SourceEnvironment { _ in nil }
        )
        var calls = Calls(path: CallText("x", each: nil))
        (calls.pages, calls.rows) = (pages, JSONPath("data"))
        let extract = Extract(source: "ads", selection: .calls(calls))
        let error = await #expect(throws: ExtractionError.self) {
            var reader = try await sources.open(
                extract,
                period: nil,
                clock: SourceClock(zone: "UTC")
            )
            _ = try await drain(&reader)
        }
        return try #require(error).message
    }

    @Test("is in no message about where an answer leads", arguments: Writing.allCases)
    func led(_ writing: Writing) async throws {
        let address = writing.address
        let body = #"{"data":[{"id":1}],"next":"\#(address)"}"#
        let messages = [
            try await Self.message(nil, status: 302, [("Location", address)], ""),
            try await Self.message(
                .link(relation: "next"),
                status: 200,
                [("Link", "<\(address)>; rel=\"next\"")],
                body
            ),
            try await Self.message(.next(JSONPath("next")), status: 200, [], body),
        ]
        for message in messages {
            #expect(message.contains("leads to another host"), "\(message)")
            #expect(!message.lowercased().contains("canary"), "\(message)")
            #expect(!message.contains("anary%2B") && !message.contains("example"), "\(message)")
        }
    }

    @Test("is in no message about a page of HTML that repeats it")
    func repeated() async throws {
        let token = Data(Self.token.utf8)
        let page = """
            <p>Canary&#43;Token&#x2f;of&#61;it CANARY+TOKEN/OF=IT \(token.base64EncodedString())
            """
        let message = try await Self.message(nil, status: 400, [], page)
        #expect(message.contains("it answers with 400: <p>*** *** ***"), "\(message)")
    }
}

extension HTTPPlace {
    /// The API of a server that hands out its tokens itself, below `/token`.
    init(withTokensOf server: WebServer) {
        self.init(url: server.url)
        isPrivate = true
        authentication = .clientCredentials(
            OAuthClient(
                url: server.url + "/token",
                client: "app",
                secret: "s&cret",
                scope: "",
                sendsInBody: true
            )
        )
    }
}
