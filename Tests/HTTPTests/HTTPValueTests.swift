import Endpoints
import Testing

@testable import HTTP

@Suite("URLs, fields and times of HTTP")
struct HTTPValueTests {
    @Test("a URL shows all but its query, and is sent as it was written")
    func urls() throws {
        let url = try HTTPURL("HTTPS://Example.COM:8443/a%20b/../c?token=s3cret#part")
        #expect(url.description == "https://example.com:8443/a%20b/../c")
        #expect(url.revealed == "https://example.com:8443/a%20b/../c?token=s3cret")
        #expect(!String(reflecting: url).contains("s3cret"))
        let plain = try HTTPURL("http://[::1]:80?x")
        #expect(plain.description == "http://[::1]/")
        #expect(plain.authority == "[::1]")
        #expect(try HTTPURL("https://h:443/").port == nil)
    }

    @Test(
        "URLs that would be sent as something else are refused",
        arguments: [
            "ftp://host/", "host/path", "https://", "https:///path", "https://user:s3cret@host/",
            "https://user@host/", "https://host:0/", "https://host:65536/", "https://host:8 0/",
            "https://ho st/", "https://host/a b", "https://host/\r\nX-Y: z", "https://host/ñ",
            "https://host/?\u{7}", "https://ho\u{301}st/", "https://[::1/", "https://[x]/",
            "https://host\\@other/", "https://host/\\..\\x", "https://[::1]x/",
        ]
    )
    func refusedURLs(text: String) {
        let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test(
        "places that an answer leads to are seen from where it came",
        arguments: [
            ("https://other/x", "https://other/x"), ("//other/x", "https://other/x"),
            ("/x?a=1", "https://host/x?a=1"), ("y?u=http://z", "https://host/a/y?u=http://z"),
            ("?b", "https://host/a/b?b"), ("http://host/", "http://host/"),
        ]
    )
    func resolving(reference: String, expected: String) throws {
        #expect(try HTTPURL("https://host/a/b?q").resolving(reference).revealed == expected)
    }

    @Test("fields cannot end their line, and do not show their values")
    func fields() throws {
        var fields = HTTPFields([("Authorization", "Bearer s3cret"), ("X-Empty", "")])
        #expect(try fields.lines() == ["Authorization: Bearer s3cret", "X-Empty;"])
        #expect(fields["AUTHORIZATION"] == "Bearer s3cret")
        var dumped = ""
        dump(fields, to: &dumped)
        #expect(!"\(fields)\(String(reflecting: fields))\(dumped)".contains("s3cret"))
        for value in ["a\r\nB: c", "a\nb", "a\u{0}b", "\u{600}\r"] {
            fields["X"] = value
            #expect(throws: HTTPError.self) { try fields.lines() }
        }
        #expect(throws: HTTPError.self) { try HTTPFields([("X Y", "z")]).lines() }
        #expect(throws: HTTPError.self) { try HTTPFields([("X:", "z")]).lines() }
    }

    @Test(
        "pauses that servers ask for, as seconds or as a date",
        arguments: [
            ("120", 120), ("0", 0), (" 7 ", 7), ("Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("Sunday, 06-Nov-94 08:50:07 GMT", nil), ("Sun Nov  6 08:49:47 1994", nil),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("86401", 86_400), ("999999999", 86_400),
            ("99999999999999999999", 86_400), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
            ("soon", nil), ("-5", nil), ("", nil),
            ("Sun, 41 Nov 1994 08:50:07 GMT", nil), ("Sun, 06 Xxx 1994 08:50:07 GMT", nil),
        ] as [(String, Int?)]
    )
    func retryAfter(text: String, seconds: Int?) {
        // 1994-11-06 08:49:37 UTC.
        let now = 784_111_777
        let pause = RetryAfter.pause(text, now: now)
        #expect(pause == seconds.map { .seconds($0) })
    }

    @Test(
        "addresses are told apart, however they are written",
        arguments: [
            ("8.8.8.8", .internet), ("10.1.2.3", .privateNetwork), ("127.1", .thisMachine),
            ("0x7f000001", .thisMachine), ("2130706433", .thisMachine),
            ("192.168.0.1", .privateNetwork), ("172.31.255.255", .privateNetwork),
            ("172.32.0.1", .internet), ("100.64.0.1", .privateNetwork), ("0.0.0.0", .nowhere),
            ("10.0.0.1.", .privateNetwork), ("169.254.169.254.", .link),
            ("169.254.169.254", .link), ("100.100.100.200", .link), ("255.255.255.255", .nowhere),
            ("224.0.0.1", .nowhere), ("::1", .thisMachine), ("::", .nowhere),
            ("::ffff:10.0.0.1", .privateNetwork), ("::ffff:169.254.169.254", .link),
            ("::ffff:0:127.0.0.1", .thisMachine), ("::ffff:0:169.254.169.254", .link),
            ("::ffff:0:8.8.8.8", .internet), ("2001:0:808:808::80ff:fffe", .nowhere),
            ("2001:4860:4860::8888", .internet), ("64:ff9b::a9fe:a9fe", .link),
            ("2002:7f00:1::", .thisMachine),
            ("64:ff9b:1::a9fe:a9fe", .privateNetwork), ("64:ff9b::8.8.8.8", .internet),
            ("fd20:ce::254", .link), ("fd00:42::42", .link), ("fd00:c1::a9fe:a9fe", .link),
            ("fd00:42::43", .privateNetwork), ("localhost.", .thisMachine),
            ("fd00:ec2::254", .link), ("fe80::1", .link), ("fc00::1", .privateNetwork),
            ("ff02::1", .nowhere), ("2606:4700::1111", .internet), ("localhost", .thisMachine),
            ("example.com", nil),
        ] as [(String, NetworkRange?)]
    )
    func ranges(host: String, range: NetworkRange?) {
        #expect(NetworkRange(host: host) == range)
    }

    @Test("the environment's proxies, and for whom they are not")
    func proxies() throws {
        let settings = ProxySettings([
            "https_proxy": "http://user:s3cret@proxy:3128", "HTTP_PROXY": "http://from-a-request",
            "no_proxy": "example.org, .internal,10.0.0.0/8", "all_proxy": "",
        ])
        func proxy(_ url: String) throws -> String? {
            try settings.proxy(for: HTTPURL(url))?.revealed
        }
        #expect(try proxy("https://example.com/") == "http://user:s3cret@proxy:3128")
        for host in [
            "example.org", "a.example.org", "x.internal", "10.9.8.7", "169.254.169.254",
            "127.0.0.1", "localhost", "localhost.", "x.localhost", "0x7f000001",
            "[0:0:0:0:0:0:0:1]",
        ] {
            #expect(try proxy("https://\(host)/") == nil, "\(host)")
        }
        #expect(try proxy("https://badexample.org/") != nil)
        #expect(try proxy("https://notlocalhost/") != nil)
        #expect(try proxy("https://11.0.0.1/") != nil)
        #expect(try proxy("http://example.com/") == nil)
        #expect(!"\(settings)".contains("s3cret"))
        let none = ProxySettings(["ALL_PROXY": "http://p", "NO_PROXY": "*"])
        #expect(try none.proxy(for: HTTPURL("https://example.com/")) == nil)
    }
}
