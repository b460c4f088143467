import Postgres

/// What the roles of a fleet may do to the ledger, as SQL that can be run again.
///
/// It is run where the roles are made (``DatabaseRoles``) and after each migration: whichever comes
/// last finds both the tables and the roles. A table that is not named here is the coordinator's alone.
enum LedgerGrants {
    /// One block; it does nothing where the ledger or the roles are missing.
    static let sql: SQL = """
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
        """
}
