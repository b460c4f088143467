import Endpoints
import Ledger
import Listening
import Pages
import Postgres
import Testing

@testable import WebConsole

@Suite("Who gets into the console")
struct EntryTests {
    /// A site whose ledger nobody can reach: who gets in is told that.
    private static func site(_ access: ConsoleSite.Access) throws -> ConsoleSite {
        let nowhere = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none")
        return ConsoleSite(
            desks: ReadingDesks(1) { LedgerDesks.reading(nowhere) },
            ledger: LedgerDesks(nowhere),
            access: access,
            origins: [
                WebOrigin(isSecure: false, host: "console.example"),
                WebOrigin(isSecure: true, host: "secure.example"),
            ]
        )
    }

    private static func request(
        _ path: [String] = [],
        _ method: String = "GET",
        parameters: KeyValuePairs<String, String> = [:],
        headers: KeyValuePairs<String, String> = [:],
        body: String = "",
        peer: String = "10.0.0.1",
        host: String = "console.example"
    ) -> WebRequest {
        WebRequest(
            method: method,
            path: path,
            parameters: parameters.map { WebRequest.Field(name: $0.key, value: $0.value) },
            headers: [WebRequest.Field(name: "Host", value: host)]
                + headers.map { WebRequest.Field(name: $0.key, value: $0.value) },
            body: Array(body.utf8),
            peer: peer
        )
    }

    private static func header(_ name: String, of response: WebResponse) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    private static let somebody = Viewer(name: "ana", role: .operator)

    @Test("a token that is issued lets one person in, once, and a cookie lets them stay")
    func once() async throws {
        let book = TokenBook()
        let token = book.issue(to: Self.somebody).revealed
        let site = try Self.site(.tokens(book))
        #expect(await site.respond(Self.request()).status == 401)
        let looked = await site.respond(Self.request([], "HEAD", parameters: ["token": token]))
        #expect(looked.status == 401)
        let entered = await site.respond(Self.request(parameters: ["token": token]))
        #expect(entered.status == 303)
        let cookie = try #require(Self.header("Set-Cookie", of: entered))
        #expect(cookie.contains("; HttpOnly; SameSite=Strict"))
        #expect(!cookie.contains(token))
        let value = String(cookie.prefix { $0 != ";" })
        let unknown = Self.request(["nothing"], headers: ["Cookie": value])
        #expect(await site.respond(unknown).status != 401)
        let again = await site.respond(Self.request(parameters: ["token": token]))
        #expect(again.status == 403)
        let twice = Self.request(headers: ["Cookie": "\(value); \(value)"])
        #expect(await site.respond(twice).status == 401)
    }

    @Test("who logs out has to enter again, and nobody else")
    func leaving() async throws {
        let book = TokenBook()
        let site = try Self.site(.tokens(book))
        var cookies: [String] = []
        for name in ["ana", "ben"] {
            let token = book.issue(to: Viewer(name: name, role: .reader)).revealed
            let entered = await site.respond(Self.request(parameters: ["token": token]))
            let cookie = try #require(Self.header("Set-Cookie", of: entered))
            cookies.append(String(cookie.prefix { $0 != ";" }))
        }
        let origin = ("Origin", "http://console.example")
        let left = await site.respond(
            Self.request(["logout"], "POST", headers: [origin.0: origin.1, "Cookie": cookies[0]])
        )
        #expect(left.status == 303)
        let cookie = Self.header("Set-Cookie", of: left)
        #expect(cookie?.hasPrefix("longshore=; Path=/; Max-Age=0;") == true)
        let byOthers = await site.respond(
            Self.request(["logout"], "POST", headers: ["Cookie": cookies[1]])
        )
        #expect(byOthers.status == 403)
        for (cookie, isIn) in zip(cookies, [false, true]) {
            let seen = await site.respond(Self.request(["nothing"], headers: ["Cookie": cookie]))
            #expect((seen.status == 401) != isIn)
        }
    }

    @Test("behind TLS a cookie goes by TLS alone, and is this host's alone")
    func secure() async throws {
        let book = TokenBook()
        let token = book.issue(to: Self.somebody).revealed
        let site = try Self.site(.tokens(book))
        let entered = await site.respond(
            Self.request(parameters: ["token": token], host: "secure.example")
        )
        let cookie = try #require(Self.header("Set-Cookie", of: entered))
        #expect(cookie.hasPrefix("__Host-longshore="))
        #expect(cookie.hasSuffix("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"))
    }

    @Test("a ledger that does not answer is 503 without the server's words, for programs as JSON")
    func broken() async throws {
        let token = "0123456789abcdefghij"
        let site = try Self.site(.tokens(try TokenBook(lines: "ana operator \(token)")))
        for path in [["loads"], ["api", "v1", "loads"]] {
            let response = await site.respond(
                Self.request(path, headers: ["Authorization": "Bearer \(token)"])
            )
            #expect(response.status == 503)
            guard case .bytes(let bytes) = response.body else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("The ledger does not answer"))
            #expect(!text.contains("nobody@") && !text.contains("127.0.0.1"))
            let start = #"{"error":"The ledger does not answer","message":"#
            #expect(text.hasPrefix(start) == path.contains("api"))
        }
    }

    @Test("a token of the file enters by the form, and answers programs by Bearer")
    func tokens() async throws {
        let token = "0123456789abcdefghij"
        let book = try TokenBook(lines: "# people\n\nana operator \(token)\r\n")
        let site = try Self.site(.tokens(book))
        let form = Self.request(
            ["login"],
            "POST",
            headers: [
                "Origin": "http://console.example",
                "Content-Type": "application/x-www-form-urlencoded",
            ],
            body: "token=\(token)"
        )
        #expect(await site.respond(form).status == 303)
        let byURL = await site.respond(Self.request(parameters: ["token": token]))
        #expect(byURL.status == 403)
        let api = ["api", "v1", "nothing"]
        let right = Self.request(api, headers: ["Authorization": "Bearer \(token)"])
        #expect(await site.respond(right).status == 404)
        let wrong = Self.request(api, headers: ["Authorization": "Bearer \(token)x"])
        #expect(await site.respond(wrong).status == 401)
        #expect(await site.respond(Self.request(api)).status == 401)
    }

    @Test(
        "a file of tokens that is none is one clear error, without the token",
        arguments: [
            ("ana operator short", "line 1 of the token file: the token has fewer than 20 bytes"),
            ("\nana boss 0123456789abcdefghij", "line 2 of the token file has no entry"),
            ("ana operator", "line 1 of the token file has no entry"),
            ("", "the token file has no entry"),
            (
                "a reader 0123456789abcdefghij\nb reader 0123456789abcdefghij",
                "line 2 of the token file: the token stands twice"
            ),
        ]
    )
    func files(_ text: String, _ words: String) {
        let error = #expect(throws: TokenError.self) { try TokenBook(lines: text) }
        #expect(error?.description.hasPrefix(words) == true)
        #expect(error?.description.contains("0123456789") == false)
    }

    @Test(
        "a proxy is believed from its address alone, and only where it says a thing once",
        arguments: [
            ("10.0.0.1", ["X-Forwarded-User": "ana", "X-Forwarded-Groups": "board, etl"], 404),
            ("10.0.0.2", ["X-Forwarded-User": "ana", "X-Forwarded-Groups": "etl"], 403),
            ("10.0.0.1", ["X-Forwarded-User": "ana", "X-Forwarded-Groups": "others"], 403),
            ("10.0.0.1", ["X-Forwarded-Groups": "etl"], 403),
            (
                "10.0.0.1",
                [
                    "X-Forwarded-User": "eve", "x-forwarded-user": "ana",
                    "X-Forwarded-Groups": "etl",
                ], 403
            ),
            (
                "10.0.0.1",
                [
                    "X-Forwarded-User": "eve", "X-Forwarded-Groups": "board",
                    "X-FORWARDED-GROUPS": "etl",
                ], 403
            ),
        ] as [(String, KeyValuePairs<String, String>, Int)]
    )
    func proxies(_ peer: String, _ headers: KeyValuePairs<String, String>, status: Int) async throws
    {
        let trust = ProxyTrust(
            addresses: ["10.0.0.1"],
            roles: ["etl": .operator, "board": .reader]
        )
        let site = try Self.site(.proxy(trust))
        let request = Self.request(["api", "v1", "nothing"], headers: headers, peer: peer)
        #expect(await site.respond(request).status == status)
    }

    @Test("every answer says what a page may do")
    func policies() async throws {
        let site = try Self.site(.tokens(TokenBook()))
        for request in [Self.request(), Self.request(["assets", "console.css"])] {
            let response = await site.respond(request)
            #expect(
                Self.header("Content-Security-Policy", of: response)?
                    .hasPrefix("default-src 'none'; style-src 'self'; script-src 'self'; ") == true
            )
            #expect(Self.header("X-Content-Type-Options", of: response) == "nosniff")
            #expect(Self.header("Cache-Control", of: response) != nil)
        }
    }
}
