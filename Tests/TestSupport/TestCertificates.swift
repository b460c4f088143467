internal import Foundation
internal import Processes
internal import Testing

/// Certificates of a test's own, in a folder that goes when they go.
public final class TestCertificates: Sendable {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "longshore-tests-\(UUID().uuidString)").path

    /// The authority that signed the server's certificate.
    public var authority: String { "\(folder)/ca.pem" }
    /// An authority that signed nothing.
    public var otherAuthority: String { "\(folder)/other.pem" }
    /// The server's certificate.
    public var serverCertificate: String { "\(folder)/server.pem" }
    /// Its key.
    public var serverKey: String { "\(folder)/server.key" }
    /// What a redis-server is told of them.
    public var serverOptions: [String] {
        [
            "--tls-cert-file", serverCertificate, "--tls-key-file", serverKey,
            "--tls-ca-cert-file", authority,
        ]
    }

    /// Makes them.
    ///
    /// - Parameter names: The subjectAltName of the server's certificate; `nil` for none.
    /// - Throws: when `openssl` cannot make them.
    public init(names: String? = "DNS:localhost") throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try make("ca", name: "/CN=authority")
        try make("other", name: "/CN=another authority")
        try make(
            "server",
            name: "/CN=localhost",
            ["-CA", authority, "-CAkey", "\(folder)/ca.key"]
                + (names.map { ["-addext", "subjectAltName=\($0)"] } ?? [])
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func make(_ file: String, name: String, _ options: [String] = []) throws {
        let openssl = try ChildProcess(
            Command(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-days", "2", "-subj", name, "-keyout", "\(folder)/\(file).key",
                    "-out", "\(folder)/\(file).pem",
                ] + options
            )
        )
        try #require(openssl.waitForEnd() == .exited(0))
    }
}
