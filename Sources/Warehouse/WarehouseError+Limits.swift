import Postgres

extension WarehouseError {
    /// What a table was to hold, and Postgres has no room for: the data or the definition is at fault, not the
    /// server.
    ///
    /// - Returns: `nil` when `error` says nothing of such a limit (class 54).
    static func beyondLimits(_ table: String, _ error: PostgresError) -> WarehouseError? {
        guard error.sqlState?.errorClass == "54" else { return nil }
        return WarehouseError(
            code: .beyondLimits,
            description:
                "what is to go into `\(table)` is beyond a limit of Postgres: \(error.message). "
                + "Leave out columns that nobody reads, put some into another table, or refuse values that are "
                + "too long with `length`; then load again"
        )
    }
}
