package import Postgres

/// The right to write a table's rows of one period, or the whole of a table: one transaction has it,
/// until it ends.
///
/// It is a row of its own and not the control table's, for a new load writes its claim into that one and
/// must not wait for tasks that run for long.
package struct TableLock {
    private let key: PeriodKey

    package init(_ key: PeriodKey) {
        self.key = key
    }

    /// Waits until no other transaction has it.
    package func take(on connection: PostgresConnection) async throws {
        try await LedgerLock(name: "table \(key.schema).\(key.table) \(key.period)")
            .take(on: connection)
    }
}
