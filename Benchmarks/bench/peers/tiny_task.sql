-- What a task of Longshore's sends to Postgres when it loads a period again, as `log_statement = all` has shown it, but for its COPY of
-- one row, which is an INSERT here because pgbench has no COPY. The variables `load` and `clients` are given; `n` counts the tasks of a client.
\set n :n + 1
\set ordinal :n * :clients + :client_id
with shown as materialized (select set_config('longshore.ticket', 'a ticket', true) as ticket)
update longshore.task set begun_at = clock_timestamp() from shown
where shown.ticket is not null and (load_id, ordinal) in (
  select load_id, ordinal from longshore.task where load_id = :load and ordinal = :ordinal and state in ('waiting', 'published')
  for update skip locked)
returning begun_at::text as time, set_config('synchronous_commit', 'off', true);
begin isolation level read committed \; set local timezone to 'UTC' \; set local search_path to pg_catalog \; set local datestyle to 'ISO, YMD' \; set local intervalstyle to 'postgres' \; set local extra_float_digits to 1 \; set local client_encoding to 'UTF8' \; set local standard_conforming_strings to on \; set local bytea_output to 'hex' \; set local xmlbinary to 'base64' \; set local transform_null_equals to off \; set local quote_all_identifiers to off \; set local lc_monetary to 'C' \; set local lc_numeric to 'C' \; set local lc_time to 'C' \; set local jit to off \; set local statement_timeout to 0 \; set local idle_in_transaction_session_timeout to 0 \; set local lock_timeout to '0ms';
select (select max(version) from longshore.migration) as ledger_version,
  t.kind, t.name, t.schema_name, t.table_name, t.period, t.state,
  l.state as load_state, l.kind as load_kind, l.refresh, l.pipeline, l.definition, l.folder, d.bundle,
  l.created_at::text as load_created, extract(epoch from l.created_at)::bigint as load_created_at,
  extract(epoch from t.retry_at - clock_timestamp())::float8 as early,
  coalesce(t.parked_until > clock_timestamp(), false) as is_parked,
  set_config('application_name', 'pgbench', true) as session_name, set_config('longshore.ticket', 'a ticket', true) as ticket,
  set_config('client_connection_check_interval', '1s', true) as checked_every,
  set_config('tcp_keepalives_idle', '10', true) as asked_after, set_config('tcp_keepalives_interval', '5', true) as asked_every,
  set_config('tcp_keepalives_count', '4', true) as asked_times,
  exists (select from longshore.intervention i where i.kind = 'pause' and (i.pipeline = l.pipeline or i.load_id = l.id)
    and coalesce(i.ordinal, t.ordinal) = t.ordinal) as is_paused,
  exists (select from longshore.intervention i where i.kind = 'cancel' and i.load_id = l.id and i.ordinal = t.ordinal) as is_cancelled,
  replace(t.period, '-', '') as day
from longshore.task t join longshore.load l on l.id = t.load_id join longshore.definition d on d.digest = l.definition
where t.load_id = :load and t.ordinal = :ordinal
for update of t nowait \gset
select current_setting('lock_timeout') as before, set_config('lock_timeout', '2000ms', true);
select from longshore.lock where name = 'table tiny.fact_event ' || ':period' for update;
select set_config('lock_timeout', '0', true);
select loaded_by, state, reason, (select l.id from longshore.load l where l.id = claimed_by and l.state = 'running') as claimed_by
from longshore.control where schema_name = 'tiny' and table_name = 'fact_event' and period = ':period';
select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
where attrelid = to_regclass('tiny.fact_event') and attnum > 0 and not attisdropped;
select from pg_inherits where inhparent = to_regclass('tiny.fact_event') and inhrelid = to_regclass('tiny.fact_event_:day');
lock table only tiny.fact_event_:day in row exclusive mode;
select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
where attrelid = to_regclass('tiny.fact_event_:day') and attnum > 0 and not attisdropped;
delete from tiny.fact_event_:day;
update longshore.reject set state = 'superseded'
where schema_name = 'tiny' and table_name = 'fact_event' and period = ':period' and state = 'open';
insert into tiny.fact_event_:day (id, day, load_id) values ('event of ' || ':period', ':period', :load);
set local default_statistics_target to 1;
analyze tiny.fact_event_:day;
set local default_statistics_target to default;
update longshore.task set state = 'done', started_at = now(), committed_at = clock_timestamp(), worker = 'pgbench', rows_read = 1,
  rows_loaded = 1, rows_rejected = 0, rows_deduplicated = 0, rows_replaced = 1, unchanged_since = null,
  input = 'events_:period.csv (38 bytes, sha256 9f698abbb9e18c6d4b2a70d715eac18a82fe844669b7a73e5b089a8f96c69bba)',
  inputs = '[{"name": "events.csv", "size": 38, "digest": "9f698abbb9e18c6d4b2a70d715eac18a82fe844669b7a73e5b089a8f96c69bba", "modified": 1796056858797807479}]'::jsonb,
  header = '{id,day}', header_types = null, format = '{"csv": {"delimiter": ","}}'::jsonb, warnings = null, begun_at = null,
  failure_code = null, failure_message = null, absences = 0, absent_since = null, awaited_until = null
where load_id = :load and ordinal = :ordinal;
update longshore.control c set state = case when stale_by >= :load then 'stale' else 'loaded' end,
  reason = nullif(concat_ws('; ', case when stale_by >= :load then reason end, null::text), ''),
  loaded_by = :load, loaded_at = clock_timestamp(), rows_loaded = 1, rows_rejected = 0, extent = null::text, revision = revision + 1,
  table_definition = (select table_definition from longshore.task where load_id = :load and ordinal = :ordinal)
where schema_name = 'tiny' and table_name = 'fact_event' and period = ':period' and state <> 'closed';
commit;
