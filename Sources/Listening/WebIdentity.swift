public import Endpoints

/// What a listener proves itself with: certificate and key in PEM, for TLS 1.2 and newer.
public struct WebIdentity: Sendable {
    let certificate: String
    let key: Secret

    /// A certificate, or a chain of them, with its key.
    public init(certificate: String, key: Secret) {
        self.certificate = certificate
        self.key = key
    }
}
