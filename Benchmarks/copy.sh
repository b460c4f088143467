#!/bin/sh
# Longshore beside psql's \copy on the same file, as a ratio in one run. Usage: copy.sh [CALLS] [RUNS]
set -eu
calls=${1:-1000000}
runs=${2:-5}
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
trap '"$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

eval "$("$longshore" up --export --stack "$work/stack")"
export DATA_DIR="$work/data"
"$longshore" generate callcenter --seed 7 --months 1 --calls "$calls" --output "$DATA_DIR"
file="$work/calls.csv"
gunzip -c "$DATA_DIR/calls_2024-01.csv.gz" > "$file"
mv "$DATA_DIR/calls_2024-01.csv.gz" "$work/"
gzip -1 -c "$file" > "$DATA_DIR/calls_2024-01.csv.gz"

ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }
seconds() { date +%s.%N; }
between() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", b - a }'; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

columns="call_id text, started_at timestamp, agent_id text, client_id text, campaign_code text,
  outcome_code text, duration_s bigint, promise_amount numeric(12,2), promise_kept boolean,
  digital_channel_offered boolean, digital_channel_adopted boolean, notes text"

copy() { # copy NAME INDEX
  ask "drop table if exists bare; create table bare ($columns)"
  [ -z "$2" ] || ask "create unique index on bare (call_id)"
  start=$(seconds)
  psql -X -q -d "$LONGSHORE_POSTGRES_URL" -c "\\copy bare from program 'gunzip -c $DATA_DIR/calls_2024-01.csv.gz' csv header"
  between "$start" "$(seconds)" >> "$work/$1"
  echo >> "$work/$1"
}

load() {
  ask "drop schema if exists callcenter cascade" 2>/dev/null
  ask "delete from longshore.control" 2>/dev/null || true
  start=$(seconds)
  "$longshore" load "$root/pipelines/callcenter" --periods 2024-01 --workers 2 --json > "$work/last.json"
  between "$start" "$(seconds)" >> "$work/whole"
  echo >> "$work/whole"
  ask "select extract(epoch from committed_at - started_at) from longshore.task
       where table_name = 'fact_call' order by load_id desc limit 1" >> "$work/task"
}

run=0
while [ "$run" -le "$runs" ]; do
  copy bare ""
  copy indexed yes
  load
  [ "$run" -gt 0 ] || rm "$work/bare" "$work/indexed" "$work/whole" "$work/task"  # the first one warms up
  run=$((run + 1))
done

bare=$(median "$work/bare"); indexed=$(median "$work/indexed")
task=$(median "$work/task"); whole=$(median "$work/whole")
echo "$calls rows, median of $runs runs"
printf '%-44s %8s s\n' '\copy, no index' "$bare" '\copy, unique index' "$indexed" \
  'longshore, the fact task (BEGIN to COMMIT)' "$task" 'longshore, the whole command' "$whole"
awk -v b="$bare" -v i="$indexed" -v t="$task" -v w="$whole" 'BEGIN {
  printf "ratio task / \\copy %.2f, task / indexed \\copy %.2f, whole / \\copy %.2f, whole / indexed \\copy %.2f\n",
    t / b, t / i, w / b, w / i }'
