/// A remark of the server that is not an error, such as `RAISE NOTICE` or a warning.
public struct PostgresNotice: Sendable, Hashable {
    /// `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`, whatever the server's language.
    public var severity: String
    /// The code; `00000` for most notices, class `01` for warnings.
    public var sqlState: SQLState?
    /// The primary message only.
    public var message: String
}
