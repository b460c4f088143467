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
    /// Messages of data exceptions (class 22) do: `invalid input syntax for type integer: "…"`. The value
    /// may have quotes of its own, so all from the first to the last goes; by scalars, since the value may
    /// begin with a mark that joins the quote before it. A message that was cut may end within the value:
    /// then all after the first goes.
    func withoutValues(_ message: String) -> String {
        let scalars = message.unicodeScalars
        guard errorClass == "22", let first = scalars.firstIndex(of: "\""),
            let last = scalars.lastIndex(of: "\"")
        else { return message }
        let start = String(scalars[..<first]) + "\"…\""
        if scalars.last == "…" { return start }
        return first < last ? start + String(scalars[last...].dropFirst()) : message
    }
}

extension SQLState: CustomStringConvertible {
    /// The five characters.
    public var description: String { rawValue }
}

extension SQLState {
    /// 22001: a text is longer than its column allows.
    public static let stringDataRightTruncation = SQLState("22001")
    /// 22003: a number is out of the range of its type.
    public static let numericValueOutOfRange = SQLState("22003")
    /// 22007: a text is not a date or time.
    public static let invalidDatetimeFormat = SQLState("22007")
    /// 22021: bytes that are not text in the connection's encoding.
    public static let characterNotInRepertoire = SQLState("22021")
    /// 22023: a value that a parameter cannot have, such as an unknown time zone.
    public static let invalidParameterValue = SQLState("22023")
    /// 22P02: a text cannot be read as its type.
    public static let invalidTextRepresentation = SQLState("22P02")
    /// 22P03: binary data cannot be read as its type.
    public static let invalidBinaryRepresentation = SQLState("22P03")
    /// 22P04: COPY data that has the wrong shape.
    public static let badCopyFileFormat = SQLState("22P04")
    /// 23502: a NULL where none may be.
    public static let notNullViolation = SQLState("23502")
    /// 23503: a reference to a row that does not exist.
    public static let foreignKeyViolation = SQLState("23503")
    /// 23505: a key that exists already.
    public static let uniqueViolation = SQLState("23505")
    /// 23514: a CHECK, or a partition's bound, that does not hold.
    public static let checkViolation = SQLState("23514")
    /// Two rows conflict by an exclusion constraint.
    public static let exclusionViolation = SQLState("23P01")
    /// 25001: a statement that must run outside a transaction.
    public static let activeSQLTransaction = SQLState("25001")
    /// 25006: writing on a standby or in a read-only transaction.
    public static let readOnlySQLTransaction = SQLState("25006")
    /// 25P02: the transaction failed before; only ROLLBACK helps.
    public static let inFailedSQLTransaction = SQLState("25P02")
    /// 25P03: the server ended a session that was idle in a transaction for too long.
    public static let idleInTransactionSessionTimeout = SQLState("25P03")
    /// 28000: the server does not let this user in.
    public static let invalidAuthorizationSpecification = SQLState("28000")
    /// 28P01: wrong password.
    public static let invalidPassword = SQLState("28P01")
    /// 3D000: no such database.
    public static let invalidCatalogName = SQLState("3D000")
    /// 3F000: no such schema.
    public static let invalidSchemaName = SQLState("3F000")
    /// 2BP01: something else needs the object that was to be dropped.
    public static let dependentObjectsStillExist = SQLState("2BP01")
    /// 40001: a concurrent transaction forced this one to roll back.
    public static let serializationFailure = SQLState("40001")
    /// 40P01: a deadlock that the server resolved by rolling this transaction back.
    public static let deadlockDetected = SQLState("40P01")
    /// 42501: a privilege is missing.
    public static let insufficientPrivilege = SQLState("42501")
    /// 42601: the statement cannot be parsed.
    public static let syntaxError = SQLState("42601")
    /// 42701: a column of that name exists.
    public static let duplicateColumn = SQLState("42701")
    /// 42703: no such column.
    public static let undefinedColumn = SQLState("42703")
    /// 42804: an expression has the wrong type.
    public static let datatypeMismatch = SQLState("42804")
    /// 0A000: not supported, or not here, as when a view is in the way of a column.
    public static let featureNotSupported = SQLState("0A000")
    /// 42883: no such function or operator.
    public static let undefinedFunction = SQLState("42883")
    /// 42P01: no such table.
    public static let undefinedTable = SQLState("42P01")
    /// 42P06: a schema of that name exists.
    public static let duplicateSchema = SQLState("42P06")
    /// 42P07: a table of that name exists.
    public static let duplicateTable = SQLState("42P07")
    /// 42P17: a definition, such as that of a partition, that is not valid.
    public static let invalidObjectDefinition = SQLState("42P17")
    /// 53000: some resource is exhausted.
    public static let insufficientResources = SQLState("53000")
    /// 53100: the disk is full.
    public static let diskFull = SQLState("53100")
    /// 53200: the server is out of memory.
    public static let outOfMemory = SQLState("53200")
    /// 53300: too many connections.
    public static let tooManyConnections = SQLState("53300")
    /// 53400: a limit of the server's configuration was exceeded.
    public static let configurationLimitExceeded = SQLState("53400")
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
