import Postgres

extension Migrations {
    /// What exports have to deliver, and have delivered.
    ///
    /// A row is the newest state of a key, so that a state which was overtaken is never delivered.
    static let effects: SQL = """
        \(kinds(of: "task"))
        \(kinds(of: "control"))

        create table longshore.effect (
            schema_name         text not null,
            export              text not null,
            key                 text not null check (octet_length(key) <= 1000),
            key_columns         text[] not null,
            key_values          text[] not null check (array_position(key_values, null) is null
                                and array_dims(key_values) is not distinct from array_dims(key_columns)),
            kind                text not null check (kind in ('put', 'delete')),
            body                text not null,
            digest              text not null,
            -- Far below the end of its type: who may write one cannot keep the next from being larger.
            revision            bigint not null check (revision between 0 and 1::bigint << 62),
            state               text not null default 'open'
                                check (state in ('open', 'delivered', 'dead', 'dropped')),
            load_id             bigint not null,
            ordinal             integer not null,
            changed_at          timestamptz not null default clock_timestamp(),
            fence               bigint not null default 0,
            attempts            integer not null default 0,
            sent_at             timestamptz,
            retry_at            timestamptz,
            delivered_at        timestamptz,
            delivered_revision  bigint,
            handled_by          bigint,
            failure_code        text,
            failure_message     text,
            dropped_by          text,
            primary key (schema_name, export, key)
        );
        create index effect_open on longshore.effect (schema_name, export, kind, changed_at, key)
            where state = 'open';
        create index effect_unfinished on longshore.effect (schema_name, export)
            where state in ('open', 'dead');
        create index task_of_export on longshore.task (schema_name, name, load_id)
            where kind in ('export', 'delivery');
        comment on table longshore.effect is
            'What exports are to have outside of the warehouse, by key, and whether it is there';
        comment on column longshore.effect.key_columns is
            'The columns of its key, sorted: a key of others is another, whatever its values';
        comment on column longshore.effect.load_id is
            'With ordinal: the load task that has computed this revision';
        comment on column longshore.effect.fence is
            'Counts the claims: who has claimed it before another did may not say what became of it';
        comment on column longshore.effect.handled_by is
            'The load whose delivery has said last what became of it';

        \(heldExport)
        """

    /// Two more kinds of tasks.
    private static func kinds(of table: SQL) -> SQL {
        let name: SQL = "\(table)_kind_check"
        return """
            alter table longshore.\(table) drop constraint \(name), add constraint \(name)
                check (kind in ('dimension', 'fact', 'mart', 'export', 'delivery'));
            """
    }

    /// The guard of effects: a login that does not own the ledger writes those of the export whose task's
    /// ticket it shows.
    ///
    /// It looks once for a statement, since an export may have a million rows. Unlike ``isOfNoOwner(_:)`` it asks whose the
    /// table is: workers may delete effects.
    private static let heldExport: SQL = """
        create function longshore.require_held_export() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            shown text := coalesce(substring(current_setting('longshore.ticket', true)
                from '^[0-9]{1,18}[.][0-9]{1,9}[.][0-9a-f]{64}$'), '0.0.');
            held record;
        begin
            if pg_has_role(session_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'member')
            then
                return null;
            end if;
            select t.schema_name, t.name into held from longshore.task t
                where t.load_id = split_part(shown, '.', 1)::bigint
                    and t.ordinal = split_part(shown, '.', 2)::integer
                    and t.kind in ('export', 'delivery')
                    and longshore.ticket(t.load_id, t.ordinal) = shown;
            if exists (select from written w
                where (w.schema_name, w.export) is distinct from (held.schema_name, held.name)) then
                raise 'a session of the login "%" writes effects without the ticket of a task of their '
                    'export', session_user using errcode = \(literal: Ticket.refusal.rawValue);
            end if;
            return null;
        end $$;
        revoke execute on function longshore.require_held_export from public;
        create trigger held_export_inserted after insert on longshore.effect
            referencing new table as written
            for each statement execute function longshore.require_held_export();
        create trigger held_export_deleted after delete on longshore.effect
            referencing old table as written
            for each statement execute function longshore.require_held_export();
        create trigger held_export_updated after update on longshore.effect
            referencing new table as written
            for each statement execute function longshore.require_held_export();
        """
}
