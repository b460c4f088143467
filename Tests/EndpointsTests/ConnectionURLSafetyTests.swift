import Endpoints
import Testing

@Suite("What a URL must not give away")
struct ConnectionURLSafetyTests {
    @Test(
        "this machine is known by its addresses and its name",
        arguments: [
            "localhost", "LocalHost", "127.0.0.1", "127.8.9.10", "[::1]", "%2Frun%2Fsocket",
        ]
    )
    func loopback(_ host: String) throws {
        #expect(try ConnectionURL("redis://\(host)").isLoopback)
    }

    @Test(
        "no other host passes for this machine",
        arguments: [
            "127.example.com", "127.0.0.1.example.com", "127.0.0.300", "127.0.0", "localhost.com",
            "10.0.0.1", "[::2]", "",
        ]
    )
    func foreign(_ host: String) throws {
        #expect(try ConnectionURL("redis://\(host)").isLoopback == false)
    }

    @Test("a mark behind a sign does not hide it")
    func marks() throws {
        let url = try ConnectionURL(
            "redis://u:p@\u{301}host:6379/\u{301}x?\u{301}a=\u{301}b&\u{301}c="
        )
        #expect(url.user == "u")
        #expect(url.host == "\u{301}host")
        #expect(url.port == 6379)
        #expect(url.path == "\u{301}x")
        #expect(url.query == ["\u{301}a": "\u{301}b", "\u{301}c": ""])
        #expect(try !ConnectionURL("redis://u:p@\u{301}host").isLoopback)
    }

    @Test(
        "no error shows a part of the password",
        arguments: [
            "redis://user:sec/ret@host", "redis://user:sec?ret@host", "redis://:sec%zzret@host",
            "redis://user:secret@host:port", "redis://user:secret@[::1",
            "redis://user:secret@[::1]x", "redis://user:12/sec@host", "redis://user:12?sec@host",
        ]
    )
    func passwordInError(_ url: String) {
        let error = #expect(throws: EndpointError.self) { try ConnectionURL(url) }
        #expect(error?.description.contains("sec") == false)
    }

    @Test("no way of printing a URL shows its password")
    func passwordInDescription() throws {
        let url = try ConnectionURL("rediss://user:p%40ss%2Fword@host:1/2?name=value")
        #expect(url.password?.revealed == "p@ss/word")
        #expect("\(url)" == "rediss://user@host:1/2")
        var dumped = ""
        dump(url, to: &dumped)
        #expect("\(String(reflecting: url)) \(dumped)".contains("p@ss") == false)
    }

    @Test("an IPv6 address stands in brackets, with a port or without")
    func brackets() throws {
        let url = try ConnectionURL("redis://u:p@[fe80::1]:7000/3")
        #expect(url.host == "fe80::1")
        #expect(url.port == 7000)
        #expect(try ConnectionURL("redis://[fe80::1]").port == nil)
    }
}
