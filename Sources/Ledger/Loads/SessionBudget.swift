public import Postgres

/// How many sessions a process may open at the warehouse, beside how many there are.
public struct SessionBudget: Sendable, Hashable {
    /// Load tasks that the process runs at a time.
    public var slots: Int
    /// The sessions that the server gives to logins which are no superusers.
    public var available: Int

    /// A budget.
    public init(slots: Int, available: Int) {
        self.slots = slots
        self.available = available
    }

    /// Two for each slot, the task's and one beside it (a source on the same server, members that are
    /// inferred), and one for the orders of people.
    public var needed: Int { 2 * slots + 1 }

    /// What is to be said at the start; `nil` when there are enough.
    public var warning: String? {
        guard needed > available else { return nil }
        return
            "\(slots) slots may open \(needed) sessions (two for each slot, one for orders), and the "
            + "warehouse has \(available) for everybody (`max_connections`): slots without a session wait; "
            + "raise `max_connections`, or use fewer slots"
    }

    /// Asks the warehouse.
    public static func read(
        slots: Int,
        from configuration: PostgresConfiguration
    ) async throws -> SessionBudget {
        try await PostgresConnection.withConnection(configuration.atWarehouse) { connection in
            let rows = try await connection.query(
                """
                select current_setting('max_connections')::integer
                    - current_setting('superuser_reserved_connections')::integer as available
                """
            )
            return SessionBudget(slots: slots, available: try rows.first?.integer("available") ?? 0)
        }
    }
}
