import Foundation
import Processes
import TestSupport
import Testing

@testable import HTTP

/// The client against `openssl s_server -www`.
@Suite("HTTPS")
struct HTTPSTests {
    /// A server that answers each GET with what it knows of the session.
    private final class SecureServer {
        let port: Int
        private let program: ChildProcess
        private let output = Pipe()

        init(_ certificates: TestCertificates) throws {
            program = try ChildProcess(
                Command(
                    "openssl",
                    [
                        "s_server", "-www", "-accept", "127.0.0.1:0", "-cert",
                        certificates.serverCertificate, "-key", certificates.serverKey,
                    ],
                    output: .descriptor(output.fileHandleForWriting.fileDescriptor),
                    errors: .nothing
                )
            )
            try output.fileHandleForWriting.close()
            var said = ""
            while !said.contains(/ACCEPT .*:[0-9]+\n/) {
                let bytes = output.fileHandleForReading.availableData
                try #require(!bytes.isEmpty, "openssl ended: \(said)")
                said += String(decoding: bytes, as: UTF8.self)
            }
            let match = try #require(said.firstMatch(of: /ACCEPT .*:([0-9]+)\n/))
            port = try #require(Int(match.1))
        }

        deinit {
            program.send(SIGKILL)
            _ = program.waitForEnd()
        }
    }

    @Test("a server is trusted by its authority and its name, and by nothing less")
    func trust() async throws {
        let certificates = try TestCertificates()
        let server = try SecureServer(certificates)
        func ask(_ host: String, _ authorities: String?) async throws -> Int {
            let client = HTTPClient(
                HTTPConfiguration(reach: .privateNetworks, authorityFile: authorities)
            )
            let url = try HTTPURL("https://\(host):\(server.port)/")
            return try await client.send(HTTPRequest("GET", url)).status
        }
        #expect(try await ask("localhost", certificates.authority) == 200)
        let refused = [
            ("127.0.0.1", certificates.authority), ("localhost", certificates.otherAuthority),
            ("localhost", nil), ("localhost", "/nowhere.pem"),
        ]
        for (host, authorities) in refused {
            let error = await #expect(throws: HTTPError.self) { try await ask(host, authorities) }
            #expect(error?.code == .tls)
            #expect(error?.isRetryable == false)
        }
    }

    @Test("a handshake that the server cuts may succeed later", arguments: [false, true])
    func cut(isReset: Bool) async throws {
        let server = try HandshakeCutter(isReset: isReset)
        defer { server.shut() }
        let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
        let url = try HTTPURL("https://localhost:\(server.port)/")
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest("GET", url))
        }
        #expect(error?.code == .connectionLost, "\(String(describing: error))")
    }
}
