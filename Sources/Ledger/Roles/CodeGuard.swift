package import Postgres

/// What keeps the logins of workers from making code.
///
/// A worker acts as the owner of a star's tables (``DatabaseRoles``), and the coordinator's login, which
/// owns the ledger, reads and alters these tables. Whatever runs when they are touched would run as the
/// coordinator. So the server itself refuses each statement by which such a login would make a function, or
/// anything that calls one: an event trigger sees them all, whatever they are tied to and when.
///
/// What workers do make is allowed by name: tables, their indexes and partitions, and functions in the
/// session's own temporary schema, on which nothing outside of it may depend. Nor may they give others the rights to tie
/// code to these tables, for no statement of another login is looked at. Event triggers are for
/// superusers alone, and so is the schema of this one's function: who owns that function would act as each
/// superuser that makes something.
package enum CodeGuard {
    /// The server's code of what it refuses.
    static let refusal = SQLState(rawValue: "LS002")

    /// SQL for a superuser, which can be run again.
    static let sql: SQL = """
        -- Logins of workers own tables, and make no code: it would run as whoever touches the tables.
        drop schema if exists longshore_guard cascade;
        create schema longshore_guard;
        grant usage on schema longshore_guard to public;
        \(function)
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
        """

    private static let function: SQL = """
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
                    raise exception using errcode = \(literal: refusal.rawValue),
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
            \(called)
            where (\(acts)) or p.provolatile <> 'i'
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
        """

    /// The functions `p` of `pg_proc` that the expression `e.nodes` calls.
    package static let called: SQL = """
        cross join regexp_matches(e.nodes, ':(?:op)?funcid (\\d+) ', 'g') called (ids)
            join pg_proc p on p.oid = called.ids[1]::oid
        """

    /// Whether the function `p` of `pg_proc` does more than to compute: it writes, or runs a text, or a type
    /// that is only named when it runs.
    package static let acts: SQL = """
        p.provolatile = 'v' or p.proname ~ '_to_xml|_xmlschema$|^pg_input_|^ts_(stat|rewrite)$'
                or p.proargtypes = array_to_string(
                    array['cstring'::regtype::oid, 'oid'::regtype, 'integer'::regtype], ' ')::oidvector
        """
}
