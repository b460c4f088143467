import Endpoints
import Testing

@testable import Postgres

@Suite("Configuration")
struct ConfigurationTests {
    @Test(
        "it is known when whoever answers is taken for the server",
        arguments: [
            ("db.example/x?sslmode=require", true), ("db.example/x?sslmode=prefer", true),
            ("db.example/x?sslmode=disable&sslrootcert=/ca.pem", true),
            ("db.example/x?sslmode=require&sslrootcert=/ca.pem", false),
            ("db.example/x?sslmode=verify-ca&sslrootcert=/ca.pem", false),
            ("db.example/x?sslrootcert=/ca.pem", false), ("localhost/x?sslmode=require", false),
            ("127.0.0.1/x", false),
        ]
    )
    func trust(_ url: String, trustsAnybody: Bool) throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://\(url)",
            allowsPlaintext: true
        )
        #expect(configuration.trustsAnybody == trustsAnybody)
    }

    @Test("a URL with everything is read")
    func readsURL() throws {
        let configuration = try PostgresConfiguration(
            url:
                "postgresql://ann:p%40ss@db.example:6543/sales?sslmode=verify-ca&sslrootcert=/ca.pem"
                + "&sslcert=/c.pem&sslkey=/k.pem&application_name=app&connect_timeout=3"
                + "&options=-c%20a%3Db"
        )
        #expect(configuration.host == "db.example")
        #expect(configuration.port == 6543)
        #expect(configuration.user == "ann")
        #expect(configuration.password?.revealed == "p@ss")
        #expect(configuration.database == "sales")
        #expect(configuration.applicationName == "app")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.options == "-c a=b")
        #expect(configuration.tls.mode == .verifyCA)
        #expect(configuration.tls.authorityFile == "/ca.pem")
        #expect(configuration.tls.certificateFile == "/c.pem")
        #expect(configuration.tls.keyFile == "/k.pem")
        #expect("\(configuration)" == "postgres://ann@db.example:6543/sales")
    }

    @Test("a unix socket is named by its directory, and needs no TLS")
    func readsSocket() throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://ann@/sales?host=/run/postgresql&port=6543"
        )
        #expect(configuration.host == "/run/postgresql")
        #expect(configuration.port == 6543)
        #expect(configuration.tls.mode.allowsPlaintext)
        #expect("\(configuration)" == "postgres://ann@:6543/sales?host=/run/postgresql")
    }

    @Test("another host is verified unless the URL says otherwise")
    func verifiesByDefault() throws {
        let remote = try PostgresConfiguration(url: "postgres://db.example/x")
        #expect(remote.tls.mode == .verifyFull)
        #expect(remote.tls.authorityFile != nil)
        let local = try PostgresConfiguration(url: "postgres://localhost/x")
        #expect(local.tls.mode == .allow)
    }

    @Test(
        "plaintext to another host is refused, unless it is allowed explicitly",
        arguments: [
            "db.example/x?sslmode=disable", "db.example/x?sslmode=prefer",
            "db.example/x?sslmode=allow", "localhost/x?host=db.example&sslmode=disable",
            "127.evil.example/x?sslmode=disable",
        ]
    )
    func refusesPlaintext(rest: String) throws {
        let url = "postgres://ann:s3cret@\(rest)"
        let error = #expect(throws: EndpointError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.description.contains("without TLS") == true)
        #expect(error?.description.contains("s3cret") == false)
        let allowed = try PostgresConfiguration(url: url, allowsPlaintext: true)
        #expect(allowed.tls.mode.allowsPlaintext)
    }

    @Test(
        "a parameter that cannot be used is named, with what was expected",
        arguments: [
            ("?sslmode=full", "`sslmode` is `full`; expected one of `disable`"),
            ("?connect_timeout=0", "`connect_timeout` is `0`; expected seconds from 1 to 3600"),
            ("?port=x", "`port` is `x`; expected a number from 1 to 65535"),
            ("?sslmod=require", "the parameter `sslmod`; expected one of `application_name`"),
        ]
    )
    func explainsParameters(query: String, message: String) {
        let error = #expect(throws: PostgresError.self) {
            try PostgresConfiguration(url: "postgres://db.example/x\(query)")
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(message) == true)
    }

    @Test(
        "what may be a password at another place is not shown",
        arguments: ["u:s3cret://h/x", "postgres://u@h/x?s3cret=1", "postgres://u:1?s3cret@h/x"]
    )
    func misplacedPassword(_ url: String) {
        let error = #expect(throws: (any Error).self) { try PostgresConfiguration(url: url) }
        #expect(!"\(error as Any)".contains("s3cret"))
    }

    @Test("a server that somebody else has named gets no secret that libpq finds by itself")
    func foreign() throws {
        func parameters(_ url: String) throws -> [String: [String]] {
            var configuration = try PostgresConfiguration(url: url)
            configuration.isForeign = true
            return Dictionary(
                grouping: configuration.connectionParameters(of: configuration.servers[0]),
                by: \.name
            )
            .mapValues { $0.map(\.value) }
        }
        let bare = try parameters("postgres://u@localhost/x")
        #expect(bare["dbname"] == ["password=''", "x"])
        #expect(bare["password"] == nil)
        for name in ["passfile", "sslcert", "sslkey"] {
            #expect(bare[name] == ["/dev/null/none"])
        }
        let own = try parameters("postgres://u:p@localhost/x?sslcert=/c.pem&sslkey=/k.pem")
        #expect(own["password"] == ["p"])
        #expect(own["sslcert"]?.last == "/c.pem" && own["sslkey"]?.last == "/k.pem")
    }

    @Test("several hosts are tried in turn, for the one that takes writes")
    func severalHosts() throws {
        let configuration = try PostgresConfiguration(
            url: "postgres://u:p@a:5433,b,[::1]:5434/x?sslmode=require"
        )
        #expect(configuration.servers.map(\.host) == ["a", "b", "::1"])
        #expect(configuration.servers.map(\.port) == [5433, nil, 5434])
        #expect(configuration.sessionKind == "read-write")
        #expect(configuration.description == "postgres://u@a:5433,b,[::1]:5434/x")
        let query = try PostgresConfiguration(
            url: "postgres:///x?host=a,b&port=1,2&target_session_attrs=any&sslmode=require"
        )
        #expect(query.servers.map(\.port) == [1, 2] && query.sessionKind == "any")
        let shared = try PostgresConfiguration(url: "postgres:///x?host=a,b&port=7&sslmode=require")
        #expect(shared.servers.map(\.port) == [7, 7])
        // Plaintext is for this machine alone, and only where all of them are it.
        #expect(throws: EndpointError.self) {
            try PostgresConfiguration(url: "postgres://127.0.0.1,b/x?sslmode=disable")
        }
        _ = try PostgresConfiguration(url: "postgres://127.0.0.1:1,127.0.0.1:2/x?sslmode=disable")
        let marked = try PostgresConfiguration(url: "postgres:///x?host=a,\u{301}b&sslmode=require")
        #expect(marked.servers.count == 2)
        for wrong in [
            "a,,b/x", "a,b/x?port=1,2,3", "a,b:0/x", "a,b/x?target_session_attrs=whatever",
        ] {
            #expect(throws: (any Error).self) {
                try PostgresConfiguration(url: "postgres://\(wrong)")
            }
        }
    }

    @Test("another scheme is refused")
    func refusesScheme() {
        #expect(throws: EndpointError.self) { try PostgresConfiguration(url: "mysql://db/x") }
    }
}
