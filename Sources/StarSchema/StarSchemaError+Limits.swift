package import Postgres

extension StarSchemaError {
    /// What a table was to hold, and Postgres has no room for: the data or the definition is at fault, not the
    /// server.
    ///
    /// - Returns: `nil` when `error` says nothing of such a limit (class 54).
    package static func beyondLimits(_ table: String, _ error: PostgresError) -> StarSchemaError? {
        guard error.sqlState?.errorClass == "54" else { return nil }
        return StarSchemaError(
            code: .beyondLimits,
            description:
                "what is to go into `\(table)` is beyond a limit of Postgres: \(error.message). "
                + "Leave out columns that nobody reads, put some into another table, or refuse values that are "
                + "too long with `length`; then load again"
        )
    }
}
