import Foundation
import Processes
import TestSupport
import Testing

/// `openssl s_server` on a free port: it agrees on TLS, and then says what no broker says.
final class TLSOnlyServer {
    /// The port it listens on.
    let port: Int
    private let program: ChildProcess
    private let (input, output) = (Pipe(), Pipe())

    init(_ certificates: TestCertificates) throws {
        program = try ChildProcess(
            Command(
                "openssl",
                [
                    "s_server", "-accept", "127.0.0.1:0", "-cert", certificates.serverCertificate,
                    "-key", certificates.serverKey,
                ],
                input: .descriptor(input.fileHandleForReading.fileDescriptor),
                output: .descriptor(output.fileHandleForWriting.fileDescriptor),
                errors: .nothing
            )
        )
        try output.fileHandleForWriting.close()
        // The client is told of another version of the protocol, and gives up at once.
        input.fileHandleForWriting.write(Data("AMQP0091".utf8))
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
