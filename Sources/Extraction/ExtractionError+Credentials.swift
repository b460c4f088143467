import Credentials

extension ExtractionError {
    /// A credential of a source that cannot be had.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - name: The credential.
    ///   - source: The source that wants it.
    ///   - texts: The credential's texts, whose values no message shows.
    init(
        _ error: CredentialError,
        of name: String,
        for source: String,
        masking texts: [ResolvedText]
    ) {
        let code: Code =
            switch error.code {
            case .missing: .credentialMissing
            case .denied: .denied
            case .unavailable: .unavailable
            case .misconfigured: .credential
            case .forbidden: .forbidden
            }
        let message = texts.reduce(error.message) { $1.masked($0) }
        self.init(
            code,
            "the credential `\(name)`: \(message)",
            isRetryable: error.isRetryable,
            server: error.service.flatMap { service in
                [.denied, .unavailable].contains(code)
                    ? Server(
                        source: source,
                        product: service,
                        isAway: code == .unavailable,
                        isFull: false,
                        refusesStatement: false
                    ) : nil
            }
        )
    }
}
