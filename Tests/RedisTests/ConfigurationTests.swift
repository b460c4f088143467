import Endpoints
import Redis
import Testing

@Suite("Addresses")
struct ConfigurationTests {
    @Test("plaintext goes to this machine only, unless it is allowed")
    func plaintext() throws {
        #expect(try configuration("redis://localhost").security == .plaintext)
        #expect(try configuration("redis://[::1]:7000").security == .plaintext)
        let error = #expect(throws: RedisError.self) {
            try configuration("redis://:pw@cache.example")
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("rediss") == true)
        #expect(error?.message.contains("pw") == false)
        let url = try ConnectionURL("redis://cache.example")
        #expect(try RedisConfiguration(url: url, allowsPlaintext: true).security == .plaintext)
    }

    @Test("rediss verifies, with the files that the URL names")
    func secure() throws {
        #expect(
            try configuration("rediss://cache.example").security == .verified(authorityFile: nil)
        )
        let url = "rediss://h?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem"
        let files = TransportSecurity.verified(
            authorityFile: "/ca.pem",
            certificateFile: "/c.pem",
            keyFile: "/k.pem"
        )
        #expect(try configuration(url).security == files)
    }

    @Test("the path is the database's number")
    func database() throws {
        #expect(try configuration("redis://localhost").database == 0)
        #expect(try configuration("redis://localhost/").database == 0)
        #expect(try configuration("redis://localhost/12").database == 12)
    }

    @Test(
        "what is wrong in an address is named",
        arguments: [
            ("http://localhost", "`http`"), ("redis://localhost/one", "`one`"),
            ("redis://localhost/-1", "`-1`"), ("rediss://localhost?cacert=x", "`cacert`"),
            ("redis://localhost?cacertfile=x", "`cacertfile`"),
            ("redis://user@localhost", "no password"),
        ]
    )
    func wrong(_ url: String, part: String) throws {
        let error = #expect(throws: RedisError.self) { try configuration(url) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(part) == true)
    }

    private func configuration(_ url: String) throws -> RedisConfiguration {
        try RedisConfiguration(url: try ConnectionURL(url))
    }
}
