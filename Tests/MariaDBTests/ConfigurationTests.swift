import Endpoints
import Testing

@testable import MariaDB

@Suite("The address of a MariaDB server")
struct ConfigurationTests {
    @Test("is read from a URL, with MySQL's port")
    func parts() throws {
        let configuration = try MariaDBConfiguration(
            url: "mariadb://re%40der:p%2Fw@db.example/shop?connect_timeout=3"
        )
        #expect(configuration.host == "db.example")
        #expect(configuration.port == 3306)
        #expect(configuration.user == "re@der")
        #expect(configuration.password?.revealed == "p/w")
        #expect(configuration.database == "shop")
        #expect(configuration.connectTimeout == .seconds(3))
    }

    @Test(
        "asks for a verified server, but on this machine",
        arguments: [
            ("mysql://u@db.example/x", MariaDBTLS.Mode.verifyFull),
            ("mysql://u@127.0.0.1/x", .disable), ("mysql://u@/x?socket=/run/s", .disable),
            ("mysql://u@localhost/x?sslrootcert=/ca.pem", .verifyFull),
            ("mysql://u@db.example/x?sslmode=require", .require),
            ("mysql://u@db.example/x?sslmode=verify-ca&sslrootcert=/ca.pem", .verifyCA),
        ]
    )
    func security(_ url: String, _ mode: MariaDBTLS.Mode) throws {
        #expect(try MariaDBConfiguration(url: url).tls.mode == mode)
    }

    @Test(
        "is refused without showing what is secret",
        arguments: [
            "mysql://u:hunter2@db.example/x?sslmode=disable", "postgres://u:hunter2@host/x",
            "mysql://u:hunter2@host/x?local_infile=hunter2", "mysql://u:hunter2@/x",
            "mysql://u:hunter2@host/x?sslmode=hunter2",
            "mysql://u:hunter2@host/x?connect_timeout=hunter2",
            "mysql://u:hunter2@host/x?sslmode=verify-ca",
        ]
    )
    func refused(_ url: String) {
        #expect {
            _ = try MariaDBConfiguration(url: url)
        } throws: {
            !"\($0)".contains("hunter2")
        }
    }

    @Test("may be one without TLS elsewhere where that is allowed")
    func plaintext() throws {
        let configuration = try MariaDBConfiguration(
            url: "mysql://u@db.example/x?sslmode=disable",
            allowsPlaintext: true
        )
        #expect(configuration.tls.mode == .disable)
    }
}
