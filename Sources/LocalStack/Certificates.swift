import Foundation

/// The files of a stack with TLS: two authorities, and a certificate for `localhost`.
struct Certificates: Sendable, Hashable {
    /// Where the files are.
    let directory: String

    /// The authority that signed the servers' certificate.
    var authority: String { "\(directory)/ca.pem" }
    /// An authority that signed nothing here.
    var otherAuthority: String { "\(directory)/other-ca.pem" }
    /// The servers' certificate.
    var server: String { "\(directory)/server.pem" }
    /// The servers' key; each server gets its own copy.
    var key: String { "\(directory)/server.key" }

    /// Makes the files of a data directory, unless they are there.
    static func make(inData data: String) async throws -> Certificates {
        let certificates = Certificates(directory: "\(data)/tls")
        guard !FileManager.default.fileExists(atPath: certificates.server) else {
            return certificates
        }
        try PrivateFile.makeDirectory(certificates.directory, mode: 0o755)
        try await certificates.makeAuthority("Longshore test authority", certificates.authority)
        try await certificates.makeAuthority("An unrelated authority", certificates.otherAuthority)
        try await certificates.makeServer()
        for name in ["ca.pem", "other-ca.pem", "server.pem"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644],
                ofItemAtPath: "\(certificates.directory)/\(name)"
            )
        }
        return certificates
    }

    private func makeAuthority(_ name: String, _ file: String) async throws {
        try await request(
            subject: name,
            extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"],
            key: "\(file).key",
            file: file
        )
    }

    private func makeServer() async throws {
        try await request(
            subject: "localhost",
            extensions: [
                "basicConstraints=critical,CA:FALSE", "subjectAltName=DNS:localhost",
                "extendedKeyUsage=serverAuth",
            ],
            key: key,
            file: server,
            signer: ["-CA", authority, "-CAkey", "\(authority).key"]
        )
    }

    /// Ten years on the P-256 curve: quick to make, and nothing that a test outlives.
    private func request(
        subject: String,
        extensions: [String],
        key: String,
        file: String,
        signer: [String] = []
    ) async throws {
        let command = LoggedCommand(
            try Program.openssl.path(),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "3650", "-subj", "/CN=\(subject)", "-keyout", key, "-out", file,
            ] + extensions.flatMap { ["-addext", $0] } + signer,
            environment: ["PATH": Program.systemFolders.joined(separator: ":")],
            directory: directory,
            log: "\(directory)/openssl.log"
        )
        try await command.run()
    }
}
