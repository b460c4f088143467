import AMQP
import Endpoints
import TestSupport
import Testing

@Suite("TLS to a real broker")
struct TLSTests {
    private func connect(host: String, authorityFile: (SecuredServers) -> String) async throws {
        let tls = try await Broker.tls()
        var url = try ConnectionURL(tls.amqpsURL(host: host))
        url.query["cacertfile"] = authorityFile(tls)
        let connection = try await AMQPConnection.connect(to: AMQPConfiguration(url: url))
        #expect(try await connection.queueState("no-such-queue") == nil)
        await connection.close()
    }

    @Test("the right certificate from a trusted authority connects")
    func right() async throws {
        try await connect(host: "localhost", authorityFile: \.caFile)
    }

    @Test("another host's certificate is refused")
    func wrongHost() async throws {
        let error = await amqpError {
            try await connect(host: "127.0.0.1", authorityFile: \.caFile)
        }
        #expect(error?.code == .tlsRefused)
        #expect(error?.message.contains("`127.0.0.1`") == true)
        #expect(error?.isRetryable == false)
    }

    @Test(
        "a certificate's common name is no host; an address in its subjectAltName is one",
        arguments: [
            ("DNS:localhost", "localhost", true), (nil, "localhost", false),
            ("IP:127.0.0.1", "localhost", false), ("IP:127.0.0.1", "127.0.0.1", true),
            ("DNS:127.0.0.1", "127.0.0.1", false),
        ] as [(String?, String, Bool)]
    )
    func names(_ names: String?, host: String, isRight: Bool) async throws {
        let certificates = try TestCertificates(names: names)
        let server = try TLSOnlyServer(certificates)
        let configuration = try AMQPConfiguration(
            url: "amqps://\(host):\(server.port)?cacertfile=\(certificates.authority)"
        )
        let error = await amqpError { _ = try await AMQPConnection.connect(to: configuration) }
        #expect((error?.code == .tlsRefused) == !isRight)
        #expect(error != nil)
    }

    @Test("a certificate from an unknown authority is refused")
    func unknownAuthority() async throws {
        let error = await amqpError {
            try await connect(host: "localhost", authorityFile: \.otherCAFile)
        }
        #expect(error?.code == .tlsRefused)
        #expect(error?.message.contains("its certificate is not the right one") == true)
    }

    @Test("the system's authorities do not know the test's")
    func systemAuthorities() async throws {
        let tls = try await Broker.tls()
        var url = try ConnectionURL(tls.amqpsURL())
        url.query = [:]
        let configuration = try AMQPConfiguration(url: url)
        let error = await amqpError { _ = try await AMQPConnection.connect(to: configuration) }
        #expect(error?.code == .tlsRefused)
    }

    @Test("a handshake that the broker cuts may succeed later", arguments: [false, true])
    func cut(isReset: Bool) async throws {
        let server = try HandshakeCutter(isReset: isReset)
        defer { server.shut() }
        let authority = try await Broker.tls().caFile
        let configuration = try AMQPConfiguration(
            url: "amqps://localhost:\(server.port)?cacertfile=\(authority)"
        )
        let error = await amqpError { _ = try await AMQPConnection.connect(to: configuration) }
        #expect(error?.code == .connectionLost, "\(String(describing: error))")
        #expect(error?.message.contains("handshake") == true)
    }

    @Test("a missing file of authorities is named")
    func missingFile() async throws {
        let error = await amqpError {
            try await connect(host: "localhost", authorityFile: { _ in "/no/such/file.pem" })
        }
        #expect(error?.code == .tlsRefused)
        #expect(error?.message.contains("`/no/such/file.pem`") == true)
    }
}
