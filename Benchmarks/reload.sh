#!/bin/sh
# Reloading a period: a new partition that is swapped in, beside delete + COPY, as a ratio in one run.
# Usage: reload.sh [RUNS] [ROWS…]
#
# Both do what Longshore's transaction does (Sources/Loading), from one binary file: the same table, unique
# index and partition; only the source, the rows' checks and the ledger are left out, which are the same for both.
set -eu
runs=${1:-5}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 100 1000 10000 100000 600000
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
trap '"$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
eval "$("$longshore" up --export --stack "$work/stack")"

run() { psql -X -q -t -A -v ON_ERROR_STOP=1 -d "$LONGSHORE_POSTGRES_URL"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
columns="period date not null default date '2024-01-01', agent_key bigint not null, client_key bigint not null,
  call_id text not null, started_at timestamptz not null, duration_s bigint, amount numeric(12,2), notes text,
  load_id bigint not null"
copied="agent_key, client_key, call_id, started_at, duration_s, amount, notes, load_id"

prepare() { # prepare ROWS: a period that is there, and the file that replaces it
  run <<SQL
set client_min_messages = warning;
drop table if exists f, source;
create table source as select (i % 500)::bigint as agent_key, (i % 9000)::bigint as client_key,
  'call-' || i as call_id, timestamptz '2024-01-01' + i * interval '1 second' as started_at,
  (i % 900)::bigint as duration_s, (i % 10000)::numeric(12,2) as amount,
  repeat('n', i % 40) as notes, 7::bigint as load_id from generate_series(1, $1) i;
\\copy (select $copied from source) to '$work/rows' with (format binary)
create table f ($columns) partition by range (period);
create unique index f_grain on f (period, call_id);
create table f_01 partition of f for values from ('2024-01-01') to ('2024-02-01');
\\copy f_01 ($copied) from '$work/rows' with (format binary)
vacuum analyze f_01;
checkpoint;
SQL
}

# The time between two moments on the server's clock, from BEGIN to after COMMIT, in milliseconds.
reload_delete() {
  run <<SQL
select extract(epoch from clock_timestamp()) as start \\gset
begin;
delete from f_01;
\\copy f_01 ($copied) from '$work/rows' with (format binary)
commit;
select round((extract(epoch from clock_timestamp()) - :start) * 1000, 2);
SQL
}

# Longshore flushes the log from another connection before it takes the lock; a psql of its own would cost more than that,
# so only the reader's wait is measured with it.
reload_swap() {
  flush=${1:+"\\! psql -X -q -d '$LONGSHORE_POSTGRES_URL' -c \"select pg_logical_emit_message(true, 'longshore', 'flush')\" > '$work/flush'"}
  run <<SQL
select extract(epoch from clock_timestamp()) as start \\gset
begin;
select count(*) as replaced from f_01 \\gset
create table f_new ($columns);
\\copy f_new ($copied) from '$work/rows' with (format binary, freeze)
create unique index f_new_grain on f_new (period, call_id);
alter table f_new add constraint period_bound check (period >= date '2024-01-01' and period < date '2024-02-01');
$flush
savepoint patience;
set local lock_timeout = '250ms';
lock table only f in access exclusive mode;
lock table only f_01 in access exclusive mode nowait;
alter table f detach partition f_01;
drop table f_01;
alter table f_new rename to f_01;
alter index f_new_grain rename to f_01_period_call_id_idx;
alter table f attach partition f_01 for values from ('2024-01-01') to ('2024-02-01');
alter table f_01 drop constraint period_bound;
set local lock_timeout = 0;
release savepoint patience;
commit;
select round((extract(epoch from clock_timestamp()) - :start) * 1000, 2);
SQL
}

# The longest time that a reader who polls while the command runs waits for a row, in milliseconds.
watched() {
  rm -f "$work/stop"
  { printf '%s\n' '\timing on'; while [ ! -e "$work/stop" ]; do echo "select 1 from f where call_id = 'call-1';"; done; } \
    | psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" > "$work/looks" &
  reader=$!
  "$@" > /dev/null
  touch "$work/stop"
  wait "$reader"
  awk '/^Time:/ { if ($2 > longest) longest = $2 } END { printf "%.1f", longest }' "$work/looks"
}

printf '%10s %16s %10s %10s %28s\n' rows 'delete + COPY ms' 'swap ms' ratio "a reader's longest look ms"
for rows in "$@"; do
  prepare "$rows"
  rm -f "$work"/times.*
  n=0
  while [ "$n" -le "$runs" ]; do  # the first pair warms up
    reload_delete > "$work/delete"
    echo 'vacuum analyze f_01;' | run
    reload_swap > "$work/swap"
    if [ "$n" -gt 0 ]; then
      cat "$work/delete" >> "$work/times.delete"
      cat "$work/swap" >> "$work/times.swap"
    fi
    n=$((n + 1))
  done
  delete_look=$(watched reload_delete)
  echo 'vacuum analyze f_01;' | run
  swap_look=$(watched reload_swap flush)
  awk -v n="$rows" -v d="$(median "$work/times.delete")" -v s="$(median "$work/times.swap")" \
    -v dl="$delete_look" -v sl="$swap_look" \
    'BEGIN { printf "%10d %16.1f %10.1f %10.2f %13.1f delete %6.1f swap\n", n, d, s, s / d, dl, sl }'
done
