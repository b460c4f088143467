import Foundation
import Testing

/// Certificates of a test's own, in a folder that goes when they go.
final class Certificates: Sendable {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "redis-tests-\(UUID().uuidString)").path

    var authority: String { "\(folder)/ca.pem" }
    var otherAuthority: String { "\(folder)/other.pem" }
    var serverCertificate: String { "\(folder)/server.pem" }
    var serverKey: String { "\(folder)/server.key" }
    var serverOptions: [String] {
        [
            "--tls-cert-file", serverCertificate, "--tls-key-file", serverKey,
            "--tls-ca-cert-file", authority,
        ]
    }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try make("ca", name: "/CN=authority")
        try make("other", name: "/CN=another authority")
        try make(
            "server",
            name: "/CN=localhost",
            [
                "-CA", authority, "-CAkey", "\(folder)/ca.key", "-addext",
                "subjectAltName=DNS:localhost",
            ]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func make(_ file: String, name: String, _ options: [String] = []) throws {
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments =
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", name, "-keyout",
                "\(folder)/\(file).key", "-out", "\(folder)/\(file).pem",
            ] + options
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }
}
