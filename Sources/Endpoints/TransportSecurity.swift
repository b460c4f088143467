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

extension TransportSecurity {
    /// TLS with the PEM files that a URL names: `cacertfile`, the authorities to trust instead of the
    /// system's; `certfile` and `keyfile`, the client's own identity, which may be in one file.
    ///
    /// - Throws: ``EndpointError`` for a parameter that is none of these.
    public static func verified(with url: ConnectionURL) throws(EndpointError) -> TransportSecurity
    {
        try url.refuseParameters(besides: ["cacertfile", "certfile", "keyfile"])
        return .verified(
            authorityFile: url.query["cacertfile"],
            certificateFile: url.query["certfile"],
            keyFile: url.query["keyfile"] ?? url.query["certfile"]
        )
    }
}
