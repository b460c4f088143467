import Words

/// How a connection to MariaDB uses TLS, in the words of a Postgres URL.
public struct MariaDBTLS: Sendable, Hashable {
    /// What the server has to prove.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Never TLS.
        case disable
        /// TLS always, with whoever answers.
        case require
        /// TLS with a server whose certificate a known authority signed.
        case verifyCA = "verify-ca"
        /// The same, and the certificate must name the host.
        case verifyFull = "verify-full"
    }

    /// What the server has to prove.
    public let mode: Mode
    /// A PEM file of the trusted authorities; `nil` for the system's, where any are asked.
    public let authorityFile: String?
    /// A PEM file with this client's certificate, where the server wants one.
    public let certificateFile: String?
    /// A PEM file with the key of ``certificateFile``.
    public let keyFile: String?

    /// The system's bundle of authorities is what OpenSSL finds by itself, but for `verify-ca`: there the
    /// library verifies only with a file.
    init(query: [String: String], isLocal: Bool) throws(MariaDBError) {
        let named = query["sslrootcert"].flatMap { $0 == "system" ? nil : $0 }
        let standard = isLocal && query["sslrootcert"] == nil ? Mode.disable : .verifyFull
        mode = try query["sslmode"].map(Self.parse) ?? standard
        authorityFile = named
        certificateFile = query["sslcert"]
        keyFile = query["sslkey"] ?? query["sslcert"]
        guard mode == .verifyCA && named == nil else { return }
        throw MariaDBError(
            .invalidConfiguration,
            "the MariaDB URL's `sslmode=verify-ca` needs a file of authorities: name it with "
                + "`sslrootcert`, or use `verify-full`"
        )
    }

    private static func parse(_ text: String) throws(MariaDBError) -> Mode {
        guard let mode = Mode(rawValue: text) else {
            throw MariaDBError(
                .invalidConfiguration,
                "the MariaDB URL's `sslmode` is none; expected one of "
                    + Mode.allCases.map(\.rawValue).inBackticks()
            )
        }
        return mode
    }
}
