package import Postgres

/// The role that the SQL of a schema's marts runs as: it reads the tables of the schema and has no other
/// right.
///
/// Nobody logs in as it; who owns the schema is its member. Roles are the server's, so its name tells the
/// database too: who acts for the marts of one warehouse is nobody in another.
package struct MartRole {
    /// The schema whose tables it reads.
    package let schema: String
    /// Its name, quoted where SQL needs that.
    package let name: String

    // MARK: SQL

    /// The name, as an expression: the beginning of the schema's name and a part of a digest, since names of
    /// roles end after 63 bytes.
    private static func nameSQL(for schema: String) -> SQL {
        """
        'longshore_mart_' || left(\(literal: schema), 39) || '_' || left(encode(sha256(
                convert_to(current_database() || '.' || \(literal: schema), 'UTF8')), 'hex'), 8)
        """
    }

    /// A statement that makes the role where it is missing, for who owns the schema.
    ///
    /// Row security does not hold for it, or a mart would lack rows without a word: only a superuser can say so.
    static func making(for schema: String) -> SQL {
        """
        do $$
        declare
            star text := \(literal: schema);
            mart text := \(nameSQL(for: schema));
        begin
            if not exists (select from pg_roles where rolname = mart) then
                execute format('create role %I', mart);
            end if;
            execute format('grant %I to %I', mart,
                (select pg_get_userbyid(nspowner) from pg_namespace where nspname = star));
            execute format('grant temporary on database %I to %I', current_database(), mart);
            execute format('grant usage on schema %I to %I', star, mart);
            if (select rolsuper from pg_roles where rolname = current_user) then
                execute format('alter role %I nologin nosuperuser nocreatedb nocreaterole '
                    'noreplication bypassrls', mart);
            end if;
        end $$;
        """
    }

    // MARK: Finding and making

    /// The role, when it is there and this login may act as it.
    package static func find(
        for schema: String,
        on connection: PostgresConnection
    ) async throws -> MartRole? {
        let rows = try await connection.query(
            """
            select quote_ident(rolname) as name from pg_roles
            where rolname = \(nameSQL(for: schema)) and not rolsuper and pg_has_role(oid, 'usage')
                and has_schema_privilege(oid, \(schema)::text, 'usage')
                and has_database_privilege(oid, current_database(), 'temporary')
            """
        )
        return try rows.first.map { try MartRole(schema: schema, name: $0.text("name")) }
    }

    /// The role, made where it is missing and this login may make roles.
    package static func ensure(
        for schema: String,
        on connection: PostgresConnection
    ) async throws -> MartRole? {
        if let role = try await find(for: schema, on: connection) { return role }
        let maker = try await connection.query(
            "select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)"
        )
        guard !maker.isEmpty else { return nil }
        // All are granted rights on the database, whose row two transactions cannot change at once.
        try await LedgerLock(name: "roles of marts")
            .take(within: LedgerLock.schemaPatience, on: connection)
        try await connection.query("savepoint mart_role")
        do {
            try await connection.query(making(for: schema))
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            try await connection.query("rollback to savepoint mart_role")
        }
        try await connection.query("release savepoint mart_role")
        return try await find(for: schema, on: connection)
    }

    /// Lets it read the tables of the schema that it cannot read yet, as far as this login may.
    ///
    /// Partitions are read through their table.
    package func admit(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select c.relname as name from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_roles r on quote_ident(r.rolname) = \(name)
            where n.nspname = \(schema) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
                and not has_table_privilege(r.oid, c.oid, 'select') and pg_has_role(c.relowner, 'usage')
            order by c.relname
            """
        )
        guard !rows.isEmpty else { return }
        let tables = try rows.map { row in
            let table = try row.text("name")
            return "\(id: schema, table)" as SQL
        }
        try await connection.query(
            "grant select on \(tables.joined(separator: ", ")) to \(raw: name)"
        )
    }

    // MARK: Words

    /// What a mart's task warns of that has run without the role.
    package static func absence(for schema: String) -> String {
        "its SQL ran with all rights of the worker's login, for the marts of `\(schema)` have no role that it "
            + "may act as: have a superuser run what `longshore roles --schema \(schema)` prints"
    }
}
