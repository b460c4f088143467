/// What a session means by times, numbers and names, whoever it logs in as.
///
/// Roles, databases, `PGOPTIONS`, `PGTZ` and `PGDATESTYLE` may say otherwise, and what they say would
/// change values without a word. So the session sets all of it by itself, after it has logged in: a
/// parameter of the log-in would be refused by proxies that pool connections. A transaction sets it once
/// more for itself, since behind such a proxy it may run on another session than the one before it.
public struct SessionSettings: Sendable, Hashable {
    /// The zone of times that are written without an offset, and of days that become instants.
    public var timeZone = Self.usualTimeZone
    /// Where names without a schema are looked up: SQL, as it follows `set search_path to`; `nil` leaves
    /// it to the URL's `options`.
    public var searchPath: String? = Self.standardSearchPath

    /// Whether statements that write are refused, whatever they are hidden in.
    public var isReadOnly = false
    /// Whether the server may compile statements, where it is set to.
    ///
    /// That takes seconds, also for a statement of milliseconds whose plan looks dear, such as one that asks the catalog.
    public var mayCompile = false
    /// Limits that the session sets by itself; `nil` leaves them to the role, the database and the URL.
    public var limits: SessionLimits?

    /// What a server does that nobody has configured.
    public static let standardSearchPath = "\"$user\", public"

    /// The usual settings.
    public init() {}

    /// What has one right value, by name.
    private static let fixed: [(name: SQL, value: SQL)] = [
        ("datestyle", "'ISO, YMD'"), ("intervalstyle", "'postgres'"), ("extra_float_digits", "1"),
        ("client_encoding", "'UTF8'"), ("standard_conforming_strings", "on"),
        ("bytea_output", "'hex'"), ("xmlbinary", "'base64'"), ("transform_null_equals", "off"),
        ("quote_all_identifiers", "off"), ("lc_monetary", "'C'"), ("lc_numeric", "'C'"),
        ("lc_time", "'C'"),
    ]

    private static let usualTimeZone = "UTC"

    private var all: [(name: SQL, value: SQL)] {
        let zone: (name: SQL, value: SQL) = ("timezone", "\(literal: Self.usualTimeZone)")
        let path = searchPath.map { (name: "search_path" as SQL, value: SQL(raw: $0)) }
        let compiling: [(name: SQL, value: SQL)] = mayCompile ? [] : [("jit", "off")]
        return [zone] + (path.map { [$0] } ?? []) + Self.fixed + compiling
    }

    /// Where the time zone is another than usual, a statement that sets it.
    ///
    /// It comes from a definition, so it stands in no script.
    func timeZoneSetting(isLocal: Bool) -> SQL? {
        guard timeZone != Self.usualTimeZone else { return nil }
        return "select set_config('timezone', \(timeZone), \(isLocal))"
    }

    /// Statements for a session that has just been opened.
    var openingSQL: SQL {
        let access: [(name: SQL, value: SQL)] =
            isReadOnly ? [("default_transaction_read_only", "on")] : []
        let settings = (all + access + [("default_transaction_isolation", "'read committed'")])
            .map { "set \($0.name) to \($0.value)" as SQL }
        return (settings + (limits == nil ? [] : [SessionLimits.writableSQL]))
            .joined(separator: "; ")
    }

    /// Statements for a transaction that has just begun.
    var transactionSQL: SQL {
        (all + (isReadOnly ? [("transaction_read_only", "on")] : []))
            .map { "set local \($0.name) to \($0.value)" as SQL }.joined(separator: "; ")
    }

    /// What a server reports by itself after ``openingSQL``, by name.
    var reported: [(name: String, value: String)] {
        [
            ("DateStyle", "ISO, YMD"), ("IntervalStyle", "postgres"), ("client_encoding", "UTF8"),
            ("standard_conforming_strings", "on"),
        ]
    }
}

extension PostgresConfiguration {
    /// Whether the URL's `options` set a setting.
    static func names(_ setting: String, in options: String?) -> Bool {
        options?.lowercased()
            .matches(of: /(?:-c\s*|--)([a-z_-]+)\s*=/.matchingSemantics(.unicodeScalar))
            .contains { found in
                found.output.1.split { $0 == "-" || $0 == "_" } == setting.split(separator: "_")
            } ?? false
    }
}
