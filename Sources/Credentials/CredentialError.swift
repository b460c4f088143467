internal import HTTP
internal import Words

/// Credentials that could not be had.
public struct CredentialError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// There are none here.
        case missing
        /// Whoever hands them out does not give them to us.
        case denied
        /// Whoever hands them out cannot be reached, or is busy.
        case unavailable
        /// They cannot be used as they are declared, or as they lie there.
        case misconfigured
        /// They may not be asked for.
        case forbidden
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was tried, what happened, and what to do; never a value.
    public internal(set) var message: String
    /// Who hands them out, where it is that which failed or refused: `Vault`.
    public let service: String?
    /// Whether the same may succeed later.
    public let isRetryable: Bool
    /// Whether nobody was there to answer.
    let isSilence: Bool
    /// With which status the service has answered, where it is no success.
    let status: Int?

    init(
        _ code: Code,
        _ message: String,
        service: String? = nil,
        isRetryable: Bool = false,
        isSilence: Bool = false,
        status: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.service = service
        self.isRetryable = isRetryable
        self.isSilence = isSilence
        self.status = status
    }
}

extension CredentialError: CustomStringConvertible {
    /// The message: safe to show.
    public var description: String { message }
}

extension CredentialError {
    /// No answer came, or not all of it.
    static func http(
        _ error: HTTPError,
        _ service: String,
        doing activity: String
    ) -> CredentialError {
        CredentialError(
            error.isRetryable ? .unavailable : .misconfigured,
            "\(activity): \(error.message)",
            service: service,
            isRetryable: error.isRetryable,
            isSilence: [.unresolved, .connectionFailed, .timeout].contains(error.code)
        )
    }

    /// The service has answered with a status that is no success, and perhaps a word for it.
    static func answered(
        _ status: Int,
        word: String? = nil,
        _ service: String,
        doing activity: String
    ) -> CredentialError {
        let isPassing = [408, 429].contains(status) || status >= 500
        let isWord =
            word?.wholeMatch(of: /[A-Za-z0-9._]{1,64}/.matchingSemantics(.unicodeScalar)) != nil
        let said = isWord ? "`\(word ?? "")` (status \(status))" : "status \(status)"
        return CredentialError(
            isPassing ? .unavailable : .denied,
            "\(activity): \(service) says \(said)",
            service: service,
            isRetryable: isPassing,
            status: status
        )
    }

    /// The service has answered what none of its kind answers.
    static func malformed(
        _ what: String,
        _ service: String,
        doing activity: String
    ) -> CredentialError {
        CredentialError(
            .misconfigured,
            "\(activity): the answer of \(service) cannot be used: \(what)",
            service: service
        )
    }

    static func misconfigured(_ message: String) -> CredentialError {
        CredentialError(.misconfigured, message)
    }
}
