internal import HTTP

/// Something that an object store did not do.
public struct ObjectStorageError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// There is no such object or bucket.
        case missing
        /// The object is another one than when it was begun.
        case changed
        /// The key, its rights, the clock or the region are not those that the store wants.
        case denied
        /// The store cannot be reached, or is busy.
        case unavailable
        /// The store does not do such a thing.
        case refused
        /// The store does not know what is asked of it.
        case unsupported
        /// The store answers what no store answers.
        case malformed
        /// The bucket, the region or the endpoint cannot be used as they are declared.
        case misconfigured
        /// The calling task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done to what, what the store said, and what to do; never a key or a signature.
    public let message: String
    /// Whether the same may succeed later.
    public let isRetryable: Bool
    /// How long the store wants not to be asked again.
    public let retryAfter: Duration?

    init(
        _ code: Code,
        _ message: String,
        isRetryable: Bool = false,
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
    }
}

extension ObjectStorageError: CustomStringConvertible {
    /// The message: safe to show.
    public var description: String { message }
}

extension ObjectStorageError {
    /// No answer came, or not all of it.
    static func http(_ error: HTTPError, doing activity: String) -> ObjectStorageError {
        let code: Code =
            switch error.code {
            case .unresolved, .connectionFailed, .connectionLost, .timeout: .unavailable
            case .tls, .forbidden, .redirectRefused, .invalidInput, .closed: .misconfigured
            case .tooLarge, .protocolViolation: .malformed
            case .cancelled: .cancelled
            }
        return ObjectStorageError(
            code,
            "\(activity): \(error.message)",
            isRetryable: error.isRetryable
        )
    }

    /// The store cannot be asked, for want of credentials.
    public static func credentials(_ message: String, isRetryable: Bool) -> ObjectStorageError {
        ObjectStorageError(
            isRetryable ? .unavailable : .denied,
            "asking for credentials: \(message)",
            isRetryable: isRetryable
        )
    }

    /// The store has answered with a status and, in its XML, a code.
    static func answered(
        _ status: Int,
        _ answer: StoreFault?,
        doing activity: String,
        retryAfter: Duration? = nil
    ) -> ObjectStorageError {
        let name = answer?.code ?? ""
        let isPassing = [408, 429, 500, 502, 503, 504].contains(status) || passing.contains(name)
        let code: Code =
            switch status {
            case _ where isPassing: .unavailable
            case 404: .missing
            case 412: .changed
            case 501: .unsupported
            case 409 where name == "ConditionalRequestConflict": .changed
            case 301, 307, 401, 403: .denied
            default: denials.contains(name) ? .denied : .refused
            }
        // A code is a word; what is none is not shown.
        let isWord =
            name.wholeMatch(of: /[A-Za-z0-9.]{1,64}/.matchingSemantics(.unicodeScalar)) != nil
        let said = isWord ? "`\(name)` (status \(status))" : "status \(status)"
        let advice =
            (answer?.region.map { "the bucket is in the region `\($0)`" } ?? advice[name])
            ?? (status == 403 && name.isEmpty ? bareDenial : nil)
        return ObjectStorageError(
            code,
            "\(activity): the store says \(said)\(advice.map { "; \($0)" } ?? "")",
            isRetryable: isPassing,
            retryAfter: retryAfter
        )
    }

    static func malformed(_ what: String, doing activity: String) -> ObjectStorageError {
        ObjectStorageError(
            .malformed,
            "\(activity): the store's answer cannot be used: \(what); is the endpoint one of S3?"
        )
    }

    static func changed(doing activity: String) -> ObjectStorageError {
        ObjectStorageError(
            .changed,
            "\(activity): it changed meanwhile; nothing of it is used, and it is read again from the start",
            isRetryable: true
        )
    }

    static func otherLength(doing activity: String) -> ObjectStorageError {
        ObjectStorageError(
            .changed,
            "\(activity): it has another length than the store has said before, though it is the same version; nothing "
                + "of it is used",
            isRetryable: true
        )
    }

    /// A HEAD is refused without a code.
    private static let bareDenial =
        "check the credentials, and their rights to read and to list: without the second, an object that is "
        + "not there looks the same"

    private static let passing: Set<String> = [
        "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown",
    ]

    private static let denials: Set<String> = [
        "AuthorizationHeaderMalformed", "ExpiredToken", "InvalidToken",
    ]

    private static let advice = [
        "AccessDenied": "let the credentials read and write there, and list the bucket",
        "ExpiredToken": "the session of the credentials is over",
        "InvalidAccessKeyId": "check the credentials' key",
        "NoSuchBucket": "check the bucket's name and the endpoint",
        "RequestTimeTooSkewed": "set this machine's clock: it is 15 minutes off or more",
        "SignatureDoesNotMatch": "check the credentials' secret, and the region",
    ]
}
