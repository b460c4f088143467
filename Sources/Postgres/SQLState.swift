/// A server's error code: five characters, of which the first two are the class.
///
/// Names and meanings are those of the appendix "PostgreSQL Error Codes" of the server's manual.
public struct SQLState: RawRepresentable, Sendable, Hashable {
    /// The five characters.
    public let rawValue: String

    /// Wraps the five characters of a code.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    private init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// The first two characters, which group related codes.
    public var errorClass: String {
        String(rawValue.prefix(2))
    }

    /// Whether the same work may well succeed when it is done again later, perhaps on a new
    /// connection: conflicts with others, a lack of resources, a server that stops or starts.
    public var isRetryable: Bool {
        if Self.neverRetryable.contains(self) { return false }
        return Self.retryableClasses.contains(errorClass) || Self.retryable.contains(self)
    }

    /// Whether the code tells of the server or of the way to it, and of no statement: a session that was
    /// ended, a server that stops, starts or is full, a disk that is full or fails.
    public var isServerTrouble: Bool {
        if Self.neverRetryable.contains(self) { return false }
        return errorClass == "08" || Self.serverTroubles.contains(self)
    }

    private static let serverTroubles: Set<SQLState> = [
        .adminShutdown, .crashShutdown, .cannotConnectNow, .idleSessionTimeout, .tooManyConnections,
        .diskFull, .ioError,
    ]

    /// Connection exceptions, transaction rollbacks, insufficient resources, system errors.
    private static let retryableClasses: Set<String> = ["08", "40", "53", "58"]

    /// Codes of retryable classes that another try cannot help: a deferred constraint at COMMIT, a
    /// protocol violation, a file that is missing or exists already.
    private static let neverRetryable: Set<SQLState> = [
        SQLState("40002"), SQLState("08P01"), SQLState("58P01"), SQLState("58P02"),
    ]

    private static let retryable: Set<SQLState> = [
        .objectInUse, .lockNotAvailable, .queryCanceled, .adminShutdown, .crashShutdown,
        .cannotConnectNow, .idleSessionTimeout, .idleInTransactionSessionTimeout,
        .readOnlySQLTransaction,
    ]
}

extension SQLState {
    /// A server's primary message without the value of a row that it may quote.
    ///
    /// Messages of data exceptions (class 22) do: `invalid input syntax for type integer: "…"`, in the server's
    /// language with its marks: `« … »`, `»…«`. The value may have quotes of its own, so all from the first to the last
    /// goes; by scalars, since the value may begin with a mark that joins the quote before it. A message that was cut
    /// may end within the value: then all after the first goes.
    func withoutValues(_ message: String) -> String {
        let scalars = message.unicodeScalars
        guard errorClass == "22", let first = scalars.firstIndex(where: \.isQuotationMark),
            let last = scalars.lastIndex(where: \.isQuotationMark)
        else { return message }
        let start = String(scalars[..<first]) + "\"…\""
        if scalars.last == "…" { return start }
        return first < last ? start + String(scalars[last...].dropFirst()) : message
    }
}

extension Unicode.Scalar {
    /// A mark that some language puts around what it quotes.
    fileprivate var isQuotationMark: Bool {
        switch properties.generalCategory {
        case .initialPunctuation, .finalPunctuation: true
        // „ and the corner brackets open and close, too.
        case .openPunctuation, .closePunctuation: !"()[]{}".unicodeScalars.contains(self)
        default: self == "\""
        }
    }
}

extension SQLState: CustomStringConvertible {
    /// The five characters.
    public var description: String { rawValue }
}

extension SQLState {
    /// 22023: a value that a parameter cannot have, such as an unknown time zone.
    public static let invalidParameterValue = SQLState("22023")
    /// 23505: a key that exists already.
    public static let uniqueViolation = SQLState("23505")
    /// 23514: a CHECK, or a partition's bound, that does not hold.
    public static let checkViolation = SQLState("23514")
    /// Two rows conflict by an exclusion constraint.
    public static let exclusionViolation = SQLState("23P01")
    /// 25006: writing on a standby or in a read-only transaction.
    public static let readOnlySQLTransaction = SQLState("25006")
    /// 25P02: the transaction failed before; only ROLLBACK helps.
    public static let inFailedSQLTransaction = SQLState("25P02")
    /// 25P03: the server ended a session that was idle in a transaction for too long.
    public static let idleInTransactionSessionTimeout = SQLState("25P03")
    /// 2BP01: something else needs the object that was to be dropped.
    public static let dependentObjectsStillExist = SQLState("2BP01")
    /// 42501: a privilege is missing.
    public static let insufficientPrivilege = SQLState("42501")
    /// 28P01: the password is wrong.
    public static let invalidPassword = SQLState("28P01")
    /// 42703: no such column.
    public static let undefinedColumn = SQLState("42703")
    /// 42804: an expression has the wrong type.
    public static let datatypeMismatch = SQLState("42804")
    /// 0A000: not supported, or not here, as when a view is in the way of a column.
    public static let featureNotSupported = SQLState("0A000")
    /// 42P01: no such table.
    public static let undefinedTable = SQLState("42P01")
    /// 42P06: a schema of that name exists.
    public static let duplicateSchema = SQLState("42P06")
    /// 42P07: a table of that name exists.
    public static let duplicateTable = SQLState("42P07")
    /// 53100: the disk is full.
    public static let diskFull = SQLState("53100")
    /// 53300: too many connections.
    public static let tooManyConnections = SQLState("53300")
    /// 55000: an object is not in the state that the statement needs.
    public static let objectNotReady = SQLState("55000")
    /// 55006: somebody else uses the object.
    public static let objectInUse = SQLState("55006")
    /// 55P03: a lock was not granted within `lock_timeout`, or at once with NOWAIT.
    public static let lockNotAvailable = SQLState("55P03")
    /// 57014: cancelled by a request or by `statement_timeout`.
    public static let queryCanceled = SQLState("57014")
    /// 57P01: an administrator ended the session or stops the server.
    public static let adminShutdown = SQLState("57P01")
    /// 57P02: another process of the server crashed, and all sessions end.
    public static let crashShutdown = SQLState("57P02")
    /// 57P03: the server is starting, stopping or recovering.
    public static let cannotConnectNow = SQLState("57P03")
    /// 57P05: the server ended a session that was idle for too long.
    public static let idleSessionTimeout = SQLState("57P05")
    /// 58030: the server could not read or write a file.
    public static let ioError = SQLState("58030")
}
