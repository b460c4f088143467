import Endpoints
import Testing

@Suite("Connection URLs")
struct ConnectionURLTests {
    @Test("every part of a URL is read, with its percent-encoding undone")
    func readsEveryPart() throws {
        let url = try ConnectionURL(
            "AMQPS://ann%40x:p%3A%2F%3F%23w@host.example:5671/a%2Fb?x=1%262&y"
        )
        #expect(url.scheme == "amqps")
        #expect(url.user == "ann@x")
        #expect(url.password?.revealed == "p:/?#w")
        #expect(url.host == "host.example")
        #expect(url.port == 5671)
        #expect(url.path == "a/b")
        #expect(url.query == ["x": "1&2", "y": ""])
    }

    @Test("what is left out is nil or empty")
    func readsLeast() throws {
        let url = try ConnectionURL("redis://host")
        #expect(url.user == nil)
        #expect(url.password == nil)
        #expect(url.port == nil)
        #expect(url.path.isEmpty)
        #expect(url.query.isEmpty)
        #expect(try ConnectionURL("postgres:///db").host.isEmpty)
        #expect(try ConnectionURL("postgres://user@host:/db").port == nil)
    }

    @Test("an address in brackets may hold colons")
    func readsBrackets() throws {
        let url = try ConnectionURL("redis://[::1]:6379/0")
        #expect(url.host == "::1")
        #expect(url.port == 6379)
        #expect("\(url)" == "redis://[::1]:6379/0")
        #expect(try ConnectionURL("redis://[fe80::1]").host == "fe80::1")
    }

    @Test("an unencoded @ and : belong to the password")
    func readsRawPassword() throws {
        let url = try ConnectionURL("amqp://ann:a@b:c@host/")
        #expect(url.user == "ann")
        #expect(url.password?.revealed == "a@b:c")
        #expect(url.host == "host")
    }

    @Test(
        "a URL that cannot be read says which part is wrong",
        arguments: [
            ("host:5432", "it has no `scheme://`"),
            ("redis://host:65536", "its port is not a number from 1 to 65535"),
            ("redis://host:0", "its port is not a number"),
            ("redis://host:+80", "its port is not a number"),
            ("redis://[::1", "has no `]`"),
            ("redis://[::1]x", "follows its `]`"),
            ("redis://h%4", "two hexadecimal digits"),
            ("redis://h%+5", "two hexadecimal digits"),
            ("redis://h%ff", "not UTF-8"),
        ]
    )
    func explains(text: String, reason: String) {
        let error = #expect(throws: EndpointError.self) { try ConnectionURL(text) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test(
        "no error shows a password, not even a badly encoded one",
        arguments: ["redis://u:s3/cret@host", "redis://u:s3?cret@host:x", "redis://u:s3%cret@host"]
    )
    func hidesPassword(text: String) {
        let error = #expect(throws: EndpointError.self) { try ConnectionURL(text) }
        #expect(error?.description.contains("s3") == false)
    }

    @Test("a printed URL shows neither password nor parameters")
    func hidesSecrets() throws {
        let url = try ConnectionURL("amqp://ann:s3cret@host:1/v?token=s3cret")
        #expect("\(url)" == "amqp://ann@host:1/v")
        #expect(String(describing: url.password) == "Optional(***)")
    }

    @Test(
        "loopback is this machine only",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.1.2.3", true),
            ("[::1]", true), ("%2Frun%2Fpostgresql", true), ("127.example.com", false),
            ("127.0.0.1.example.com", false), ("localhost.example.com", false), ("10.0.0.1", false),
            ("127.0.0.256", false),
        ]
    )
    func knowsLoopback(host: String, isLoopback: Bool) throws {
        #expect(try ConnectionURL("redis://\(host)/").isLoopback == isLoopback)
    }
}

@Suite("Secrets")
struct SecretTests {
    @Test("no way of printing shows a secret")
    func hides() {
        let secret = Secret("s3cret")
        var shown = "\(secret) \(String(reflecting: secret)) \(String(describing: [secret]))"
        dump(secret, to: &shown)
        dump(["key": secret], to: &shown)
        #expect(!shown.contains("s3cret"))
        #expect(secret.revealed == "s3cret")
    }
}

@Suite("Endpoint errors")
struct EndpointErrorTests {
    @Test("refused plaintext names the address and both ways out")
    func explainsPlaintext() throws {
        let url = try ConnectionURL("amqp://ann:s3cret@host/")
        #expect(
            EndpointError.plaintextRefused(url, secureScheme: "amqps").description
                == """
                refusing to connect to `amqp://ann@host/` without TLS: use `amqps`, or set \
                LONGSHORE_ALLOW_PLAINTEXT=1 where the network itself is trusted
                """
        )
    }

    @Test("an unknown scheme names those that are known")
    func explainsScheme() {
        #expect(
            EndpointError.unknownScheme("http", expected: ["amqp", "amqps"]).description
                == "the URL's scheme is `http`; expected `amqp` or `amqps`"
        )
    }
}
