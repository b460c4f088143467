/// A source that cannot be read, or not any further.
public struct ExtractionError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, by the names that the ledger keeps; those of a server are put together from
    /// its own.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The name: `source.missing`.
        public let rawValue: String

        /// A kind by its name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// No file matches, or the folder is not there.
        public static let missing = Code(rawValue: "source.missing")
        /// A path or link leads out of the source's folder.
        public static let escape = Code(rawValue: "source.escape")
        /// A variable that may not be named, or a file where none is read.
        public static let forbidden = Code(rawValue: "source.forbidden")
        /// The operating system refused to open or read a file.
        public static let unreadable = Code(rawValue: "source.unreadable")
        /// A file changed while it was read.
        public static let changed = Code(rawValue: "source.changed")
        /// The store of objects or the API does not let us.
        public static let denied = Code(rawValue: "source.denied")
        /// The store of objects or the API cannot be reached, or is busy.
        public static let unavailable = Code(rawValue: "source.unavailable")
        /// An API wants to be left alone for a while.
        public static let throttled = Code(rawValue: "source.throttled")
        /// An API refuses what it is asked.
        public static let refused = Code(rawValue: "source.refused")
        /// The pages of an API lead to no end, or to another host.
        public static let pages = Code(rawValue: "source.pages")
        /// The definition and what it is used for do not fit.
        public static let misconfigured = Code(rawValue: "source.misconfigured")
        /// What is read depends on rows of the warehouse, which is not there.
        public static let warehouse = Code(rawValue: "source.warehouse")
        /// An environment variable is not set.
        public static let variable = Code(rawValue: "source.variable")
        /// A credential cannot be used as it is declared, or as it lies there.
        public static let credential = Code(rawValue: "source.credential")
        /// A credential is not there, where this process looks.
        public static let credentialMissing = Code(rawValue: "source.credential_missing")
        /// A gzip file is damaged or cut off.
        public static let gzip = Code(rawValue: "source.gzip")
        /// A file of zstd is damaged, cut off or made in a way that is not read.
        public static let zstd = Code(rawValue: "source.zstd")
        /// The same of bzip2.
        public static let bzip2 = Code(rawValue: "source.bzip2")
        /// The same of zip.
        public static let zip = Code(rawValue: "source.zip")
        /// A file is of a kind that is not read.
        public static let format = Code(rawValue: "source.format")
        /// A document of JSON is damaged, cut off, or has no rows where they are looked for.
        public static let json = Code(rawValue: "source.json")
        /// A file expands beyond the limits.
        public static let bomb = Code(rawValue: "source.bomb")
        /// The bytes are in another encoding than declared.
        public static let encoding = Code(rawValue: "source.encoding")
        /// A file has no header, or one that cannot be used.
        public static let header = Code(rawValue: "source.header")
        /// Quotes of a CSV file do not fit, over many lines.
        public static let quotes = Code(rawValue: "source.quotes")
        /// A field or a record is too large.
        public static let tooLarge = Code(rawValue: "source.too_large")
        /// The time zone data cannot be read.
        public static let zone = Code(rawValue: "source.zone")
    }

    /// The server of a source, by what its client has told.
    public struct Server: Sendable, Hashable {
        /// The source, as the definition calls it.
        public let source: String
        /// What runs there: `Postgres`.
        public let product: String
        /// Whether there is nobody to talk to, for now.
        let isAway: Bool
        /// Whether it has no connection left: it is our own slots that have taken them.
        public let isFull: Bool
        /// Whether it is there and refuses the statement; otherwise no statement would do.
        public let refusesStatement: Bool
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, what is wrong with it and what to do; never a row's value.
    public internal(set) var message: String
    /// The error below, when there is one.
    public let cause: (any Error)?
    /// Whether another attempt may succeed.
    public let isRetryable: Bool
    /// The source's server, when it is that which failed or refused.
    public let server: Server?
    /// How long the source wants to be left alone, when that is why.
    public var pause: Duration?

    /// Whether what is to be read is not there, here and now: another machine may have it, or it comes
    /// later.
    public var isAbsence: Bool {
        if pause != nil { return true }
        return server?.isAway
            ?? [.missing, .unreadable, .variable, .credentialMissing].contains(code)
    }

    /// Creates an error; changes, system errors and the like are worth another attempt.
    init(
        _ code: Code,
        _ message: String,
        cause: (any Error)? = nil,
        isRetryable: Bool? = nil,
        server: Server? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isRetryable = isRetryable ?? (code == .changed)
        self.server = server
    }

    /// The message and the code.
    public var description: String { "\(message) [\(code.rawValue)]" }
}
