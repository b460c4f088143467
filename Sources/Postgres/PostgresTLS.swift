import Foundation
import Words

/// How a connection to Postgres uses TLS, in libpq's words.
public struct PostgresTLS: Sendable, Hashable {
    /// libpq's `sslmode`.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Never TLS.
        case disable
        /// TLS only when the server insists on it.
        case allow
        /// TLS when the server offers it.
        case prefer
        /// TLS always, with whoever answers.
        case require
        /// TLS with a server whose certificate a known authority signed.
        case verifyCA = "verify-ca"
        /// The same, and the certificate must name the host.
        case verifyFull = "verify-full"

        /// Whether a connection in this mode may end up without TLS.
        public var allowsPlaintext: Bool {
            switch self {
            case .disable, .allow, .prefer: true
            case .require, .verifyCA, .verifyFull: false
            }
        }
    }

    /// libpq's `sslmode`.
    public let mode: Mode
    /// A PEM file of the trusted authorities; `nil` where no certificate is verified.
    public let authorityFile: String?
    /// A PEM file with this client's certificate, where the server wants one.
    public let certificateFile: String?
    /// A PEM file with the key of ``certificateFile``; others must not be able to read it.
    public let keyFile: String?

    /// Whether a connection with TLS proves that a known authority signed the server's certificate: libpq
    /// does so in any mode where it has a file of authorities.
    var verifiesAuthority: Bool {
        mode != .disable && authorityFile != nil
    }

    init(query: [String: String], isLocal: Bool) throws(PostgresError) {
        mode = try query["sslmode"].map(Self.parseMode) ?? (isLocal ? .allow : .verifyFull)
        certificateFile = query["sslcert"]
        keyFile = query["sslkey"]
        let named = query["sslrootcert"].flatMap { $0 == "system" ? nil : $0 }
        if named == nil && (mode == .verifyCA || mode == .verifyFull) {
            authorityFile = try Self.systemAuthorities()
        } else {
            authorityFile = named
        }
    }

    private static func parseMode(_ text: String) throws(PostgresError) -> Mode {
        guard let mode = Mode(rawValue: text) else {
            let known = Mode.allCases.map(\.rawValue).inBackticks()
            throw PostgresError(
                .invalidConfiguration,
                "the Postgres URL's `sslmode` is `\(text)`; expected one of \(known)"
            )
        }
        return mode
    }

    /// The distribution's bundle of authorities: libpq 15 does not look for it by itself.
    private static func systemAuthorities() throws(PostgresError) -> String {
        let candidates = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/cert.pem",
        ]
        guard let file = candidates.first(where: FileManager.default.fileExists) else {
            throw PostgresError(
                .invalidConfiguration,
                "no certificate authorities were found in \(candidates.inBackticks()); "
                    + "install `ca-certificates`, or name a file with `sslrootcert`"
            )
        }
        return file
    }

    /// The parameters that libpq is given.
    var connectionParameters: [(name: String, value: String)] {
        let optional = [
            ("sslrootcert", authorityFile), ("sslcert", certificateFile), ("sslkey", keyFile),
        ]
        return [("sslmode", mode.rawValue)]
            + optional.compactMap { name, value in value.map { (name, $0) } }
    }
}
