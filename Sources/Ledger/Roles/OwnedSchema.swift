package import Postgres

/// A schema of the warehouse: all tables in it belong to its owner.
///
/// Partitions are attached and columns added by owners alone, and who creates a table is not who
/// changes it later: a worker, a coordinator, a person (``DatabaseRoles``).
package struct OwnedSchema {
    let name: String
    let connection: PostgresConnection

    package init(name: String, connection: PostgresConnection) {
        self.name = name
        self.connection = connection
    }

    /// Creates the schema where it is missing.
    ///
    /// It is looked for first: `if not exists` asks for the right to create one in any case.
    ///
    /// - Throws: `LedgerError` when it may not be created.
    package func ensure() async throws {
        let found = try await connection.query(
            "select from pg_namespace where nspname = \(name)"
        )
        guard found.isEmpty else { return }
        do {
            try await connection.query("create schema if not exists \(id: name)")
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw LedgerError.schemaIsMissing(name)
        }
    }

    /// Gives a table that was just created to the schema's owner, where this role may do so.
    ///
    /// - Parameter table: the table's name, not quoted.
    /// - Throws: `PostgresError`.
    package func take(_ table: String) async throws {
        let owners = try await connection.query(
            """
            select pg_get_userbyid(nspowner) as owner from pg_namespace
            where nspname = \(name) and pg_has_role(nspowner, 'member')
                and nspowner <> (select oid from pg_roles where rolname = current_user)
            """
        )
        guard let owner = try owners.first?.text("owner") else { return }
        try await connection.query("alter table \(id: name, table) owner to \(id: owner)")
    }
}
