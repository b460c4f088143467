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

        -- Logins of workers own tables, and make no code: it would run as whoever touches the tables.
        drop schema if exists longshore_guard cascade;
        create schema longshore_guard;
        grant usage on schema longshore_guard to public;
        create function longshore_guard.refuse_code() returns event_trigger
        language plpgsql set search_path to pg_catalog, pg_temp as $$
        declare
            command record;
            found text;
        begin
            if pg_has_role(session_user, to_regrole('longshore_owner'), 'member') is not true
                or pg_has_role(session_user, to_regrole('longshore_coordinator'), 'member') then
                return;
            end if;
            for command in select * from pg_event_trigger_ddl_commands() loop
                if command.command_tag not in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
                        'CREATE INDEX', 'ALTER INDEX', 'CREATE SEQUENCE', 'ALTER SEQUENCE', 'GRANT', 'REVOKE',
                        'COMMENT')
                    and not (command.command_tag in ('CREATE FUNCTION', 'ALTER FUNCTION')
                        and command.schema_name is not distinct from 'pg_temp') then
                    found := format('%s (%s)', command.command_tag, command.object_identity);
                elsif command.command_tag = 'GRANT'
                    and longshore_guard.rights() <> current_setting('longshore_guard.rights') then
                    found := 'GRANT of create, references or trigger to others';
                elsif command.schema_name is distinct from 'pg_temp' then
                    found := coalesce(longshore_guard.acting(command.objid), longshore_guard.temporary());
                end if;
                if found is not null then
                    raise exception using errcode = 'LS002',
                        message = 'a worker makes no code: ' || found,
                        hint = 'Let a superuser or the coordinator''s login do it.';
                end if;
            end loop;
        end $$;
        -- No statement of the login is between this and the end of its GRANT.
        create function longshore_guard.remember_rights() returns event_trigger
        language plpgsql set search_path to pg_catalog, pg_temp as $$
        begin
            perform set_config('longshore_guard.rights', longshore_guard.rights(), true);
        end $$;
        -- The rights by which others than the owner's members can tie code of theirs to tables.
        create function longshore_guard.rights() returns text
        language sql stable set search_path to pg_catalog, pg_temp as $$
            select coalesce(string_agg(format('%s %s %s', a.privilege_type, o.id, a.grantee), ','
                order by o.id, a.privilege_type, a.grantee), '')
            from (
                select oid::text, nspacl from pg_namespace where nspacl is not null
                union all select oid::text, relacl from pg_class where relacl is not null
                union all select attrelid || '.' || attnum, attacl from pg_attribute where attacl is not null
            ) o (id, acl)
            cross join aclexplode(o.acl) a
            where a.privilege_type in ('CREATE', 'REFERENCES', 'TRIGGER')
                and pg_has_role(a.grantee, to_regrole('longshore_owner'), 'member') is not true
        $$;
        -- What a table's or an index's own expressions call that does more than to compute: also what only reads, for
        -- it reads in the session of who writes the row; but for the time.
        create function longshore_guard.acting(relation oid) returns text
        language sql stable set search_path to pg_catalog, pg_temp as $$
            select 'an expression of ' || relation::regclass || ' calls ' || p.oid::regprocedure
            from (
                select adbin::text from pg_attrdef where adrelid = relation
                union all select conbin::text from pg_constraint where conrelid = relation
                union all select concat(indexprs, indpred) from pg_index
                    where relation in (indrelid, indexrelid)
                union all select partexprs::text from pg_partitioned_table where partrelid = relation
            ) e (nodes)
            cross join regexp_matches(e.nodes, ':(?:op)?funcid (\\d+) ', 'g') called (ids)
            join pg_proc p on p.oid = called.ids[1]::oid
            where (p.provolatile = 'v' or p.proname ~ '_to_xml|_xmlschema$|^pg_input_|^ts_(stat|rewrite)$'
                or p.proargtypes = array_to_string(
                    array['cstring'::regtype::oid, 'oid'::regtype, 'integer'::regtype], ' ')::oidvector) or p.provolatile <> 'i'
                and p.proname not in ('now', 'transaction_timestamp', 'statement_timestamp')
            limit 1
        $$;
        -- What outside of the session's temporary schema depends on what is in it.
        create function longshore_guard.temporary() returns text
        language sql stable set search_path to pg_catalog, pg_temp as $$
            select c.oid::regclass || ' uses something temporary'
            from (
                select d.* from pg_proc p join pg_depend d
                    on d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
                where p.pronamespace = pg_my_temp_schema()
                union all select d.* from pg_type t join pg_depend d
                    on d.refclassid = 'pg_type'::regclass and d.refobjid = t.oid
                where t.typnamespace = pg_my_temp_schema()
            ) d
            left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
            left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
            join pg_class c on c.oid = case d.classid when 'pg_class'::regclass then d.objid
                else coalesce(a.adrelid, k.conrelid) end
            where c.relnamespace <> pg_my_temp_schema()
            limit 1
        $$;
        do $$
        begin
            if not (select rolsuper from pg_roles where rolname = current_user) then
                raise warning 'only a superuser can make the event trigger longshore_guard: without it whoever '
                    'has a worker''s password can become the coordinator';
                return;
            end if;
            create event trigger longshore_guard on ddl_command_end
                execute function longshore_guard.refuse_code();
            create event trigger longshore_guard_of_rights on ddl_command_start when tag in ('GRANT')
                execute function longshore_guard.remember_rights();
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
            if not exists (select from pg_attribute where attname = 'horizon'
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
                header_types, format, warnings, unchanged_since, transaction_number, horizon, failure_code,
                failure_message)
                on longshore.task to longshore_worker;
            grant insert on longshore.attempt to longshore_worker;
            if to_regclass('longshore.audit') is not null then
                grant insert on longshore.audit to longshore_worker;
            end if;
            grant insert (schema_name, table_name, period, pipeline, kind, name, period_start,
                period_end), update (state, state_before, reason, reason_before, stale_by, loaded_by,
                loaded_at, rows_loaded, rows_rejected, revision, revision_token, versions_moved, table_definition,
                observations, extent, members, member_keys)
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
            -- Effects hold rows: nobody but who delivers may see them.
            if to_regclass('longshore.effect') is not null then
                grant select, insert, delete, update (key_columns, key_values, kind, body, digest, revision,
                    state, load_id, ordinal, changed_at, fence, attempts, sent_at, retry_at, delivered_at,
                    delivered_revision, handled_by, failure_code, failure_message, dropped_by)
                    on longshore.effect to longshore_worker;
            end if;

            -- How things stand, without definitions, messages, inputs and rejects.
            grant select on longshore.migration, longshore.warehouse to longshore_reader;
            grant select (id, pipeline, kind, grain, periods, state, requested_by, created_at,
                finished_at, fleet, coordinator, lease_until, rests_until) on longshore.load
                to longshore_reader;
            grant select on longshore.coordinator to longshore_reader;
            grant select (load_id, ordinal, kind, name, schema_name, table_name, period, pool, state,
                started_at, committed_at, failures, crashes, rows_read, rows_loaded, rows_rejected,
                rows_deduplicated, rows_replaced, unchanged_since, failure_code) on longshore.task to longshore_reader;
            grant select on longshore.control to longshore_reader;
            grant select (kind, pipeline, load_id, ordinal, interrupts, reason, ordered_by, ordered_at)
                on longshore.intervention to longshore_reader;
            if to_regclass('longshore.schedule') is not null then
                grant select (pipeline, fleet, cron, zone, periods, overlap, catch_up, deadline, next_at,
                    next_deadline_at, put_by, put_at, paused_by, paused_at, pause_reason)
                    on longshore.schedule to longshore_reader;
                grant select (id, pipeline, planned_at, deadline_at, state, is_complete, load_id, requested_by,
                    coordinator, fired_at) on longshore.firing to longshore_reader;
            end if;
            -- What is said of an alert, and whom it is told, readers do not see.
            if to_regclass('longshore.alert') is not null then
                grant select (id, pipeline, fleet, rule, schema_name, table_name, period, load_id, code, since,
                    over_at, over_because) on longshore.alert to longshore_reader;
            end if;

            -- What pages show: all but raw rows, what exports deliver, and keys.
            if exists (select from pg_roles where rolname = 'longshore_console') then
                grant select on longshore.definition, longshore.load, longshore.task, longshore.attempt,
                    longshore.intervention, longshore.plan to longshore_console;
                grant select (id, load_id, ordinal, schema_name, table_name, period, source, line, byte_offset,
                    column_name, rule, state, created_at, replay_by, fixed_by_load, fixed_by_ordinal, fixed_at,
                    waived_by, waived_at, waiver) on longshore.reject to longshore_console;
                if to_regclass('longshore.lineage') is not null then
                    grant select on longshore.schedule, longshore.firing, longshore.alert,
                        longshore.alert_watch, longshore.alert_message, longshore.lineage,
                        longshore.lineage_run, longshore.input_header, longshore.table_definition,
                        longshore.owned_table to longshore_console;
                    grant select (schema_name, export, kind, revision, state, load_id, ordinal, changed_at,
                        attempts, sent_at, retry_at, delivered_at, delivered_revision, handled_by,
                        failure_code, dropped_by) on longshore.effect to longshore_console;
                end if;
                if to_regclass('longshore.audit') is not null then
                    grant select on longshore.audit to longshore_console;
                end if;
                if to_regclass('longshore.actions') is not null then
                    grant select on longshore.actions to longshore_console;
                end if;
            end if;
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
