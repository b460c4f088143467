/// How a connection is protected on its way.
public enum TransportSecurity: Sendable, Hashable {
    /// No encryption: allowed to the loopback only, unless `LONGSHORE_ALLOW_PLAINTEXT=1` is set.
    case plaintext
    /// TLS 1.2 or newer; the server's certificate must be signed by a known authority and name the
    /// host that was asked for.
    ///
    /// `authorityFile` is a PEM file of trusted authorities; `nil` means the system's.
    /// `certificateFile` and `keyFile` are the client's own identity, where the server wants one.
    case verified(authorityFile: String?, certificateFile: String? = nil, keyFile: String? = nil)
}
