/// A source that cannot be read, or not any further.
public struct ExtractionError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, by the names that the ledger keeps.
    public enum Code: String, Sendable, Hashable {
        /// No file matches, or the folder is not there.
        case missing = "source.missing"
        /// A path or link leads out of the source's folder.
        case escape = "source.escape"
        /// A variable that may not be named, or a file where none is read.
        case forbidden = "source.forbidden"
        /// The operating system refused to open or read a file.
        case unreadable = "source.unreadable"
        /// A file changed while it was read.
        case changed = "source.changed"
        /// The definition and what it is used for do not fit.
        case misconfigured = "source.misconfigured"
        /// An environment variable is not set.
        case variable = "source.variable"
        /// A gzip file is damaged or cut off.
        case gzip = "source.gzip"
        /// A file expands beyond the limits.
        case bomb = "source.bomb"
        /// The bytes are in another encoding than declared.
        case encoding = "source.encoding"
        /// A file has no header, or one that cannot be used.
        case header = "source.header"
        /// A field or a record is too large.
        case tooLarge = "source.too_large"
        /// The time zone data cannot be read.
        case zone = "source.zone"
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, what is wrong with it and what to do; never a row's value.
    public let message: String
    /// The error below, when there is one.
    public let cause: (any Error)?
    /// Whether another attempt may succeed.
    public let isRetryable: Bool

    /// Whether what is to be read is not there, here and now: another machine may have it, or it comes
    /// later.
    public var isAbsence: Bool { [.missing, .unreadable, .variable].contains(code) }

    /// Creates an error; changes, system errors and the like are worth another attempt.
    init(_ code: Code, _ message: String, cause: (any Error)? = nil, isRetryable: Bool? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isRetryable = isRetryable ?? (code == .changed)
    }

    /// The message and the code.
    public var description: String { "\(message) [\(code.rawValue)]" }
}
