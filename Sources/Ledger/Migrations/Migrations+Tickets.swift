import Postgres

extension Migrations {
    /// Who may write of a task without owning the ledger: whose transaction shows the task's ticket, which
    /// is made here and travels in the task's message.
    ///
    /// A ticket is a keyed hash of the task. Its key never leaves the server.
    static let tickets: SQL = """
        create table longshore.ticket_key (
            is_only  boolean primary key default true check (is_only),
            secret   bytea not null check (length(secret) = 32)
        );
        insert into longshore.ticket_key (secret)
            select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
        comment on table longshore.ticket_key is
            'What tickets of tasks are made with: for the ledger''s owner only';

        create function longshore.ticket(load_id bigint, ordinal integer) returns text
        language plpgsql stable set search_path = pg_catalog, pg_temp as $$
        declare
            task text := load_id || '.' || ordinal;
            key bytea := (select secret from longshore.ticket_key);
        begin
            return task || '.'
                || encode(sha256(key || sha256(key || convert_to(task, 'UTF8'))), 'hex');
        end $$;
        comment on function longshore.ticket is
            'By which a worker that has a task''s message may write of the task';

        \(heldTask)

        \(heldSchema)

        revoke execute on function longshore.ticket, longshore.require_held_task,
            longshore.require_held_schema from public;
        """

    /// The guard of tasks and of what is told of their attempts; what is final keeps its state.
    private static let heldTask: SQL = """
        create function longshore.require_held_task() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        begin
            if current_setting('longshore.ticket', true)
                is distinct from longshore.ticket(new.load_id, new.ordinal) then
                raise 'a session of the login "%" writes of the task %.% without its ticket',
                    session_user, new.load_id, new.ordinal using errcode = \(literal: Ticket.refusal.rawValue);
            end if;
            if tg_op = 'UPDATE' then
                if old.state not in ('waiting', 'published') and new.state <> old.state then
                    raise 'the task %.% is %, and a session of the login "%" may not change that',
                        new.load_id, new.ordinal, old.state, session_user
                        using errcode = \(literal: Ticket.refusal.rawValue);
                end if;
            end if;
            return new;
        end $$;
        create trigger held_task before update on longshore.task
            for each row when (\(isOfNoOwner("longshore.task")))
            execute function longshore.require_held_task();
        create trigger held_task before insert on longshore.attempt
            for each row when (\(isOfNoOwner("longshore.attempt")))
            execute function longshore.require_held_task();
        """

    /// The guard of the control table.
    ///
    /// An attempt writes there of its own period, and marks others that follow from it, all in one schema.
    private static let heldSchema: SQL = """
        create function longshore.require_held_schema() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            shown text := coalesce(substring(current_setting('longshore.ticket', true)
                from '^[0-9]{1,18}[.][0-9]{1,9}[.][0-9a-f]{64}$'), '0.0.');
        begin
            if not exists (select from longshore.task t
                where t.load_id = split_part(shown, '.', 1)::bigint
                    and t.ordinal = split_part(shown, '.', 2)::integer
                    and t.schema_name = new.schema_name
                    and longshore.ticket(t.load_id, t.ordinal) = shown) then
                raise 'a session of the login "%" writes of "%" in the control table without the ticket '
                    'of a task of the schema', session_user, new.schema_name
                    using errcode = \(literal: Ticket.refusal.rawValue);
            end if;
            return new;
        end $$;
        create trigger held_schema before insert or update on longshore.control
            for each row when (\(isOfNoOwner("longshore.control")))
            execute function longshore.require_held_schema();
        """

    /// Whether who has logged in may not delete rows of a table, as its owner, members of it and superusers
    /// may: no role may be granted that of a table whose guard asks so.
    ///
    /// The coordinator's statements pay some ten microseconds a row for it.
    static func isOfNoOwner(_ table: SQL) -> SQL {
        "not has_table_privilege(session_user, '\(table)'::regclass, 'delete')"
    }
}
