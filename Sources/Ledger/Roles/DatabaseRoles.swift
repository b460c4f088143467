import Postgres

/// The roles in Postgres that a fleet needs and that its readers need, each with no right too many.
///
/// ATTACH and DETACH are for the owner of a partition and of its parent alone, and both coordinator
/// and worker do so. Therefore the tables of the star belong to a fourth role, `longshore_owner`, which
/// nobody can log in as and both are members of; what either creates is given to it
/// (``OwnedSchema``). Workers make no code there (``CodeGuard``). The ledger belongs to the coordinator
/// alone. The SQL of marts has a role for each schema (``MartRole``).
public struct DatabaseRoles: Sendable {
    /// The schemas of the pipelines, in the order in which they are told.
    public let schemas: [String]

    /// Roles for a warehouse with `schemas`.
    public init(schemas: [String]) {
        self.schemas = schemas
    }

    /// SQL for `psql`, to be run in the warehouse's database by a superuser; it can be run again.
    public var sql: String {
        ([Self.roles, Self.database, CodeGuard.sql, Self.ledger] + schemas.map(Self.star) + [
            Self.end
        ])
        .joined(separator: "\n\n").written
    }

    private static let roles: SQL = """
        -- Longshore's roles, to be run in the warehouse's database by a superuser, before the first
        -- load or later; running it again is harmless. It sets no password: use \\password in psql.
        begin;
        set local search_path = pg_catalog, pg_temp;

        do $$
        declare
            wanted text;
        begin
            foreach wanted in array array['longshore_owner', 'longshore_coordinator',
                'longshore_worker', 'longshore_reader', 'longshore_console']
            loop
                if not exists (select from pg_roles where rolname = wanted) then
                    execute format('create role %I', wanted);
                end if;
            end loop;
        end $$;
        alter role longshore_owner
            nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        alter role longshore_coordinator
            login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        alter role longshore_worker
            login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        alter role longshore_reader
            login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        alter role longshore_console
            login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
        alter role longshore_console set default_transaction_read_only = on;
        -- Partitions are attached by the owner of their table: both act as its member.
        grant longshore_owner to longshore_coordinator, longshore_worker;
        -- No right that it has not got; but only so the server tells since when an attempt runs.
        grant longshore_worker to longshore_coordinator;
        -- Pages show the star, and more of the ledger than readers see.
        grant longshore_reader to longshore_console;
        """

    private static let database: SQL = """
        -- The database: nobody else may connect to it or create anything in it.
        do $$
        begin
            execute format('revoke all on database %I from public', current_database());
            execute format('grant connect, temporary on database %I to longshore_coordinator, '
                'longshore_worker', current_database());
            execute format('grant connect on database %I to longshore_reader', current_database());
        end $$;
        -- Nobody needs large objects, and whoever may only read could fill the disk with them.
        revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
        -- All sessions share one table of locks: whoever fills it with locks of his own choosing, or with
        -- savepoints that write messages into the log of the server, stops everybody.
        do $$
        declare
            locking regprocedure;
        begin
            for locking in
                select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace
                    and (proname ~ '^pg_(try_)?advisory_(xact_)?lock' or proname = 'pg_logical_emit_message')
            loop
                execute format('revoke execute on function %s from public', locking);
                -- Workers have the log of the server written before they exchange a partition.
                if locking::text like 'pg_logical_emit_message(boolean,text,text%' then
                    execute format('grant execute on function %s to longshore_worker', locking);
                end if;
            end loop;
        end $$;
        """

    private static let ledger: SQL = """
        -- The ledger: the coordinator's; the others may do what follows.
        create schema if not exists longshore authorization longshore_coordinator;
        alter schema longshore owner to longshore_coordinator;
        grant usage on schema longshore to longshore_worker, longshore_reader;
        \(LedgerGrants.sql)
        """

    private static let end: SQL = "commit;"

    private static func star(_ schema: String) -> SQL {
        let name: SQL = "\(id: schema)"
        return """
            -- The schema \(name): its owner's, and for readers to read.
            create schema if not exists \(name) authorization longshore_owner;
            alter schema \(name) owner to longshore_owner;
            do $$
            declare
                star_table regclass;
            begin
                for star_table in
                    select oid from pg_class where relnamespace = \(literal: name.text)::regnamespace
                        and relkind in ('r', 'p') and relowner <> 'longshore_owner'::regrole
                loop
                    execute format('alter table %s owner to longshore_owner', star_table);
                end loop;
            end $$;
            grant usage on schema \(name) to longshore_reader;
            grant select on all tables in schema \(name) to longshore_reader;
            alter default privileges for role longshore_coordinator in schema \(name)
                grant select on tables to longshore_reader;
            -- The SQL of its marts runs as a role that reads this schema and nothing else.
            \(MartRole.making(for: schema))
            """
    }
}
