import Foundation
import TestSupport
import Testing

/// The shared test stack's TLS: other modules rely on it to be refused for the right reason.
@Suite("a stack with TLS")
struct TLSTests {
    private let scratch = Scratch(directory: "/nowhere")

    @Test("serves Postgres to who trusts its authority and asks for localhost, and to nobody else")
    func postgres() async throws {
        let tls = try await TestStack.shared().tls
        let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        let right = try scratch.psql(tls.postgresURL(), sql)
        #expect(right == (0, "t\n"))
        let wrongHost = try scratch.psql(tls.postgresURL(host: "127.0.0.1"), sql)
        #expect(wrongHost.output.contains("does not match host name"))
        let wrongCA = try scratch.psql(tls.postgresURL(trusting: tls.otherCAFile), sql)
        #expect(wrongCA.output.contains("certificate verify failed"))
    }

    @Test("shows RabbitMQ's and Redis's certificates for localhost, signed by its authority")
    func certificates() async throws {
        let stack = try await TestStack.shared()
        let urls = [stack.tls.amqpsURL(), stack.tls.redissURL()]
        for port in urls.compactMap({ URLComponents(string: $0)?.port }) {
            #expect(try greet(port, "localhost", stack.tls.caFile) == 0)
            #expect(try greet(port, "example.org", stack.tls.caFile) != 0)
            #expect(try greet(port, "localhost", stack.tls.otherCAFile) != 0)
        }
    }

    private func greet(_ port: Int, _ host: String, _ authority: String) throws -> Int32 {
        try scratch.run(
            "/usr/bin/openssl",
            [
                "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authority,
                "-verify_hostname", host, "-verify_return_error",
            ]
        )
        .status
    }
}
