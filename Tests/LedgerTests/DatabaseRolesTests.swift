import Ledger
import Testing

@Suite("SQL of the database's roles")
struct DatabaseRolesTests {
    @Test("each role gets what it needs, and what that is can be read here")
    func wholeText() {
        #expect(DatabaseRoles(schemas: ["shop"]).sql == Self.shop)
    }

    @Test("a schema's name is data, never SQL")
    func hostileName() {
        let sql = DatabaseRoles(schemas: ["a\"; drop role x; --'"]).sql
        #expect(sql.contains("authorization longshore_owner;"))
        #expect(
            sql.contains("create schema if not exists \"a\"\"; drop role x; --'\" authorization")
        )
        #expect(sql.contains("'\"a\"\"; drop role x; --''\"'::regnamespace"))
    }

    private static let shop = """
        -- Longshore's roles, to be run in the warehouse's database by a superuser, before the first
        -- load or later; running it again is harmless. It sets no password: use \\password in psql.
        begin;
        set local search_path = pg_catalog, pg_temp;

        do $$
        declare
            wanted text;
        begin
            foreach wanted in array array['longshore_owner', 'longshore_coordinator',
                'longshore_worker', 'longshore_reader']
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
        -- Partitions are attached by the owner of their table: both act as its member.
        grant longshore_owner to longshore_coordinator, longshore_worker;
        -- No right that it has not got; but only so the server tells since when an attempt runs.
        grant longshore_worker to longshore_coordinator;

        -- The database: nobody else may connect to it or create anything in it.
        do $$
        begin
            execute format('revoke all on database %I from public', current_database());
            execute format('grant connect, temporary on database %I to longshore_coordinator, '
                'longshore_worker', current_database());
            execute format('grant connect on database %I to longshore_reader', current_database());
        end $$;

        -- The ledger: the coordinator's; the others may do what follows.
        create schema if not exists longshore authorization longshore_coordinator;
        alter schema longshore owner to longshore_coordinator;
        grant usage on schema longshore to longshore_worker, longshore_reader;
        do $$
        declare
            ledger_table record;
            ledger_function record;
        begin
            if not exists (select from pg_attribute where attname = 'format'
                    and attrelid = to_regclass('longshore.task'))
                or not exists (select from pg_roles where rolname = 'longshore_worker') then
                return;
            end if;
            -- What somebody else has made is given to the owner of the schema.
            for ledger_table in
                select c.oid::regclass as name, n.nspowner::regrole as owner
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'longshore' and c.relkind = 'r' and c.relowner <> n.nspowner
            loop
                execute format('alter table %s owner to %s', ledger_table.name, ledger_table.owner);
            end loop;
            for ledger_function in
                select p.oid::regprocedure as name, n.nspowner::regrole as owner
                from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where n.nspname = 'longshore' and p.proowner <> n.nspowner
            loop
                execute format('alter function %s owner to %s', ledger_function.name,
                    ledger_function.owner);
            end loop;

            grant select on longshore.definition, longshore.load, longshore.task, longshore.attempt,
                longshore.control, longshore.intervention, longshore.migration, longshore.warehouse
                to longshore_worker;
            grant update (state, retry_at, parked_until, begun_at, started_at, committed_at, worker,
                failures, crashes, outages, absences, absent_since, awaited_until, rows_read, rows_loaded,
                rows_rejected, rows_deduplicated, rows_replaced, input, inputs, header,
                header_types, format, warnings, failure_code, failure_message)
                on longshore.task to longshore_worker;
            grant insert on longshore.attempt to longshore_worker;
            grant insert (schema_name, table_name, period, pipeline, kind, name, period_start,
                period_end), update (state, state_before, reason, reason_before, stale_by, loaded_by,
                loaded_at, rows_loaded, rows_rejected, revision, versions_moved, table_definition,
                observations)
                on longshore.control to longshore_worker;
            -- A replay reads rejects again. They hold raw rows: nobody but who loads may see them.
            grant select, insert, update (state, column_name, rule, reason, replay_by, fixed_by_load,
                fixed_by_ordinal, fixed_at) on longshore.reject to longshore_worker;
            if to_regclass('longshore.input_header') is not null then
                grant select, insert on longshore.input_header to longshore_worker;
            end if;
            -- A row is locked by who may update a column of it: readers get no right to this table.
            if to_regclass('longshore.lock') is not null then
                grant select, insert, update (created_at) on longshore.lock to longshore_worker;
            end if;
            -- Whoever has the key can give workers work: readers have it not.
            if to_regclass('longshore.message_key') is not null then
                grant select on longshore.message_key to longshore_worker;
            end if;

            -- How things stand, without definitions, messages, inputs and rejects.
            grant select on longshore.migration, longshore.warehouse to longshore_reader;
            grant select (id, pipeline, kind, grain, periods, state, requested_by, created_at,
                finished_at, fleet, coordinator, lease_until, rests_until) on longshore.load
                to longshore_reader;
            grant select on longshore.coordinator to longshore_reader;
            grant select (load_id, ordinal, kind, name, schema_name, table_name, period, pool, state,
                started_at, committed_at, failures, crashes, rows_read, rows_loaded, rows_rejected,
                rows_deduplicated, rows_replaced, failure_code) on longshore.task to longshore_reader;
            grant select on longshore.control to longshore_reader;
            grant select (kind, pipeline, load_id, ordinal, interrupts, reason, ordered_by, ordered_at)
                on longshore.intervention to longshore_reader;
        end $$;

        -- The schema "shop": its owner's, and for readers to read.
        create schema if not exists "shop" authorization longshore_owner;
        alter schema "shop" owner to longshore_owner;
        do $$
        declare
            star_table regclass;
        begin
            for star_table in
                select oid from pg_class where relnamespace = '"shop"'::regnamespace
                    and relkind in ('r', 'p') and relowner <> 'longshore_owner'::regrole
            loop
                execute format('alter table %s owner to longshore_owner', star_table);
            end loop;
        end $$;
        grant usage on schema "shop" to longshore_reader;
        grant select on all tables in schema "shop" to longshore_reader;
        alter default privileges for role longshore_coordinator in schema "shop"
            grant select on tables to longshore_reader;
        -- The SQL of its marts runs as a role that reads this schema and nothing else.
        do $$
        declare
            star text := 'shop';
            mart text := 'longshore_mart_' || left('shop', 39) || '_' || left(encode(sha256(
                convert_to(current_database() || '.' || 'shop', 'UTF8')), 'hex'), 8);
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

        commit;
        """
}
