import Endpoints
import Foundation
import Loopback
import Pipelines
import Synchronization
import TestSupport
import Testing

@testable import Extraction

/// As whom an API is asked.
@Suite("Who asks an API")
struct CallIdentityTests {
    @Test("who asks is told by fields, by a user, and by tokens that are asked for first")
    func authentication() async throws {
        let token = Mutex(0)
        let server = try WebServer { request, connection in
            if request.path == "/token" {
                #expect(request["Authorization"] == "Basic YXBwOnMlMjZjcmV0")
                let body = String(decoding: request.body, as: UTF8.self)
                #expect(body == "grant_type=client_credentials&scope=read%20all")
                let number = token.withLock { count in
                    count += 1
                    return count
                }
                let answer = #"{"access_token":"token-\#(number)","expires_in":3600}"#
                return connection.answer(200, [], answer.utf8)
            }
            let known = ["Bearer t0ken", "Basic YWxpOnMzY3JldA==", "Bearer token-2"]
            let isKnown =
                known.contains(request["Authorization"] ?? "") || request["X-Key"] == "t0ken"
            connection.answer(isKnown ? 200 : 401, [], (isKnown ? #"[{"id":1}]"# : "{}").utf8)
        }
        let client = OAuthClient(
            url: server.url + "/token",
            client: "app",
            secret: "s&cret",
            scope: "read all",
            sendsInBody: false
        )
        let ways: [HTTPPlace.Authentication] = [
            .bearer("${T}"), .header(name: "X-Key", value: "${T}"),
            .basic(user: "ali", password: "s3cret"), .clientCredentials(client),
            .clientCredentials(client),
        ]
        let environment = SourceEnvironment { ["T": "t0ken"][$0] }
        for way in ways {
            var place = HTTPPlace(url: server.url)
            place.isPrivate = true
            place.authentication = way
            let sources = Sources(
                ["ads": .http(place)],
                folder: "/nowhere",
                environment: environment
            )
            let calls = Calls(path: CallText("x", each: nil))
            #expect(try await sources.rows(calls) == [["1"]])
        }
        // The first token was refused, the second is kept.
        #expect(token.withLock { $0 } == 2)
    }

    @Test("who hands out tokens and is away for a moment is asked again")
    func tokensAway() async throws {
        let asked = Mutex(0)
        let server = try WebServer { request, connection in
            guard request.path == "/token" else { return connection.answer(200, [], "[]".utf8) }
            let number = asked.withLock { count in
                count += 1
                return count
            }
            let answer = #"{"access_token":"token-1","expires_in":3600}"#
            connection.answer(number < 3 ? 503 : 200, [], answer.utf8)
        }
        let place = HTTPPlace(withTokensOf: server)
        var environment = SourceEnvironment { _ in nil }
        environment.callPatience.wait = { _ in }
        let sources = Sources(
            ["ads": .http(place)],
            folder: "/nowhere",
            environment: environment
        )
        #expect(try await sources.rows(Calls(path: CallText("x", each: nil))) == [])
        #expect(asked.withLock { $0 } == 3)
    }

    @Test("a token that was refused is forgotten, and one that came meanwhile is not")
    func refusedToken() {
        let book = CallBook()
        let key = CallBook.Key(url: "https://h.example", identity: Secret("app"))
        let end = ContinuousClock.now + .seconds(600)
        book.keep(CallBook.Token(value: Secret("token-2"), end: end), for: key)
        book.forget(Secret("token-1"), of: key)
        #expect(book.token(of: key)?.revealed == "token-2")
        book.forget(Secret("token-2"), of: key)
        #expect(book.token(of: key) == nil)
    }
}
