import Redis
import TestSupport
import Testing

@Suite("TLS")
struct TLSTests {
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates()
    }

    @Test("the right authority and the right name connect")
    func right() async throws {
        let server = try startServer()
        let url = "rediss://localhost:\(server.port)?cacertfile=\(certificates.authority)"
        let redis = try client(url)
        let value = [UInt8](repeating: 9, count: 3_000_000)
        _ = try await redis.send(["SET", "large", .init(value)])
        #expect(try await redis.send(["GET", "large"]).bytesValue == value)
        let replies = try await redis.pipeline((0..<10_000).map { ["ECHO", .init($0)] })
        #expect(try replies.last?.integerValue == 9_999)
        await redis.close()
    }

    @Test("a handshake that the server cuts may succeed later", arguments: [false, true])
    func cut(isReset: Bool) async throws {
        let server = try HandshakeCutter(isReset: isReset)
        defer { server.shut() }
        let url = "rediss://localhost:\(server.port)?cacertfile=\(certificates.authority)"
        let redis = try client(url)
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.isRetryable == true, "\(String(describing: error))")
        await redis.close()
    }

    @Test("a certificate for another name is refused")
    func wrongHost() async throws {
        let server = try startServer()
        let url = "rediss://127.0.0.1:\(server.port)?cacertfile=\(certificates.authority)"
        let redis = try client(url)
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .tls)
        #expect(error?.isRetryable == false)
        #expect(error?.message.contains("mismatch") == true)
    }

    @Test(
        "a certificate's common name is no host; an address in its subjectAltName is one",
        arguments: [
            (nil, "localhost", false), ("IP:127.0.0.1", "localhost", false),
            ("IP:127.0.0.1", "127.0.0.1", true), ("DNS:127.0.0.1", "127.0.0.1", false),
        ] as [(String?, String, Bool)]
    )
    func names(_ names: String?, host: String, isRight: Bool) async throws {
        let certificates = try TestCertificates(names: names)
        let server = try PrivateRedisServer(
            certificates.serverOptions + ["--tls-auth-clients", "no"],
            portOption: "--tls-port"
        )
        let redis = try client(
            "rediss://\(host):\(server.port)?cacertfile=\(certificates.authority)"
        )
        if isRight {
            #expect(try await redis.send(["PING"]) == .status("PONG"))
        } else {
            #expect(await failure(of: try await redis.send(["PING"]))?.code == .tls)
        }
        await redis.close()
    }

    @Test("a certificate of an unknown authority is refused")
    func unknownAuthority() async throws {
        let server = try startServer()
        for parameters in ["", "?cacertfile=\(certificates.otherAuthority)"] {
            let redis = try client("rediss://localhost:\(server.port)\(parameters)")
            let error = await failure(of: try await redis.send(["PING"]))
            #expect(error?.code == .tls)
            #expect(error?.message.contains("not trusted") == true)
        }
    }

    @Test("the server is told which name is asked for")
    func serverName() async throws {
        let server = try FakeServer([.hangUp], greets: false)
        let redis = try client("rediss://localhost:\(server.port)")
        #expect(await failure(of: try await redis.send(["PING"]))?.code == .connectionLost)
        #expect(server.receivedBytes.contains(Array("localhost".utf8)))
    }

    @Test("a file of authorities that cannot be read is named")
    func unreadableAuthority() async throws {
        let redis = try client("rediss://localhost?cacertfile=/no/such.pem")
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .tls)
        #expect(error?.message.contains("/no/such.pem") == true)
    }

    @Test(
        "a server that asks for the client's certificate gets it, and refuses a client without one"
    )
    func clientCertificate() async throws {
        let strict = try startServer(["--tls-auth-clients", "yes"])
        let url = "rediss://localhost:\(strict.port)?cacertfile=\(certificates.authority)"
        let stranger = try client(url)
        let error = await failure(of: try await stranger.send(["PING"]))
        #expect(error?.code == .tls)
        let known = try client(
            url + "&certfile=\(certificates.serverCertificate)&keyfile=\(certificates.serverKey)"
        )
        #expect(try await known.send(["PING"]) == .status("PONG"))
    }

    @Test("TLS 1.1 is refused")
    func oldVersion() async throws {
        let old = try startServer([
            "--tls-auth-clients", "no", "--tls-protocols", "TLSv1.1", "--tls-ciphers",
            "ALL:@SECLEVEL=0",
        ])
        let redis = try client(
            "rediss://localhost:\(old.port)?cacertfile=\(certificates.authority)"
        )
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .tls)
    }

    @Test("a server without TLS is not spoken to")
    func plainServer() async throws {
        let plain = try sharedServer.get()
        let redis = try client("rediss://127.0.0.1:\(plain.port)", timeout: .milliseconds(300))
        #expect(await failure(of: try await redis.send(["PING"])) != nil)
    }

    @Test("a server that hangs during the handshake costs a call its deadline")
    func silentHandshake() async throws {
        let server = try FakeServer([.silence], greets: false)
        let redis = try client("rediss://127.0.0.1:\(server.port)", timeout: .milliseconds(300))
        let error = await failure(of: try await redis.send(["PING"]))
        #expect(error?.code == .timeout)
    }

    /// A server whose certificate names `localhost` only.
    private func startServer(
        _ options: [String] = ["--tls-auth-clients", "no"]
    ) throws -> PrivateRedisServer {
        try PrivateRedisServer(certificates.serverOptions + options, portOption: "--tls-port")
    }
}
