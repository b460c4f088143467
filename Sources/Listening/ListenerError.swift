internal import Words

/// Nobody can listen there.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    let address: ListenAddress
    /// The `errno`; 0 when it was not the kernel that refused.
    let code: Int32
    let hasIdentity: Bool

    /// What, why, and what to do.
    public var description: String {
        if code == 0, hasIdentity {
            return
                "listening on `\(address)`: its certificate and key cannot be used; expected both in PEM, the key that of "
                + "the certificate"
        }
        return
            "listening on `\(address)`: \(systemMessage(code)); choose another port or address with `--listen`"
    }
}
