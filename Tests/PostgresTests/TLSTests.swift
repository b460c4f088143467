import Postgres
import TestSupport
import Testing

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    @Test("the right authority and the right host connect, encrypted")
    func connects() async throws {
        let url = try await TestStack.shared().tls.postgresURL()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let row =
            try await connection.query(
                "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"
            )
            .first
        #expect(try row?.boolean("ssl") == true)
        #expect(["TLSv1.2", "TLSv1.3"].contains(try row?.text("version")))
        await connection.close()
    }

    @Test("a handshake that the server cuts may succeed later", arguments: [false, true])
    func cut(isReset: Bool) async throws {
        let server = try HandshakeCutter(consent: Array("S".utf8), isReset: isReset)
        defer { server.shut() }
        let authority = try await TestStack.shared().tls.caFile
        let url =
            "postgres://nobody@localhost:\(server.port)/x?sslmode=verify-full&sslrootcert=\(authority)"
        let error = await postgresError {
            _ = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        }
        #expect(error?.isRetryable == true, "\(String(describing: error))")
    }

    @Test("COPY in both directions works over TLS")
    func copies() async throws {
        let url = try await TestStack.shared().tls.postgresURL()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.script("create temporary table t (a int)")
        let line = Array("12345678\n".utf8)
        let block = Array(repeatElement(line, count: 10_000).joined())
        let rows = try await connection.copyIn("copy t from stdin") { writer in
            for _ in 0..<10 { try await writer.write(block) }
        }
        #expect(rows == 100_000)
        var bytes = 0
        try await connection.copyOut("copy t to stdout") { bytes += $0.count }
        #expect(bytes == 10 * block.count)
        let error = await postgresError {
            try await connection.copyIn("copy t from stdin") { writer in
                try await writer.write(Array("bad\n".utf8))
                while true { try await writer.write(block) }
            }
        }
        #expect(error?.code == .sqlState(.invalidTextRepresentation))
        await connection.close()
    }

    @Test("a certificate that names another host is refused")
    func refusesWrongHost() async throws {
        let url = try await TestStack.shared().tls.postgresURL(host: "127.0.0.1")
        let configuration = try PostgresConfiguration(url: url)
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .tls)
        #expect(error?.isRetryable == false)
    }

    @Test("a certificate of an unknown authority is refused")
    func refusesUnknownAuthority() async throws {
        let tls = try await TestStack.shared().tls
        let url = tls.postgresURL(trusting: tls.otherCAFile)
        let configuration = try PostgresConfiguration(url: url)
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("certificate verify failed") == true)
    }

    @Test("a file of authorities that does not exist is a TLS error that names it")
    func refusesMissingAuthority() async throws {
        let url = try await TestStack.shared().tls.postgresURL(trusting: "/nowhere/ca.pem")
        let configuration = try PostgresConfiguration(url: url)
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("/nowhere/ca.pem") == true)
    }
}
