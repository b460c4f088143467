import Postgres

extension PostgresLedger {
    /// Deletes superseded and fixed rejects that were refused more than `days` days ago.
    ///
    /// Open ones wait for somebody, and a waiver is a decision that somebody took: they stay.
    ///
    /// - Returns: how many were deleted.
    public func pruneRejects(olderThanDays days: Int) async throws -> Int {
        try await query(
            """
            delete from longshore.reject
            where state in ('superseded', 'fixed') and created_at < now() - \(days) * interval '1 day'
            """
        )
        .affectedRows
    }
}
