#!/bin/sh
# The wall time of a load with a worker killed every five seconds, beside the undisturbed load.
# Usage: killed-workers.sh [MONTHS] [CALLS] [CLIENTS]; WORKER_OPTIONS, such as `--crashes 20`, go to each worker.
set -eu
months=${1:-60}
calls=${2:-4000000}
clients=${3:-40000}
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
[ -x "$longshore" ] || longshore=$root/.build/debug/longshore
work=$(mktemp -d)
chmod 755 "$work"
workers="1 2 3"
end() {
  for n in $workers; do [ ! -f "$work/$n.pid" ] || kill -9 "$(cat "$work/$n.pid")" 2> /dev/null || true; done
  "$longshore" down --purge --stack "$work/stack" > /dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

DATA_DIR=$work/data
export DATA_DIR
"$longshore" generate callcenter --seed 7 --months "$months" \
  --calls "$calls" --clients "$clients" --bad 0.5% --output "$DATA_DIR" > /dev/null
last=$(ls "$DATA_DIR" | sed -n 's/^calls_\(.*\)\.csv\.gz$/\1/p' | sort | tail -n 1)
cp -r "$root/pipelines/callcenter" "$work/pipeline"
sed -i "s/end: 2024-12/end: $last/" "$work/pipeline/pipeline.yaml"
ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }

start() { # start N: the worker of that number
  "$longshore" worker --slots 2 ${WORKER_OPTIONS:-} >> "$work/worker.log" 2>&1 &
  echo $! > "$work/$1.pid"
}

# Servers of its own, since Postgres would vacuum the tables of one load during the next.
load() { # load NAME EVERY: the seconds of a load; EVERY 0 kills nobody
  eval "$("$longshore" up --export --stack "$work/stack")"
  for n in $workers; do start "$n"; done
  sleep 3
  begin=$(date +%s.%N)
  "$longshore" load "$work/pipeline" --periods "2024-01..$last" --workers 0 > "$work/$1.log" 2>&1 &
  command=$!
  deaths=0
  victim=1
  next=$(($(date +%s) + $2))
  while kill -0 $command 2> /dev/null; do
    if [ "$2" -gt 0 ] && [ "$(date +%s)" -ge "$next" ]; then
      kill -9 "$(cat "$work/$victim.pid")"
      start "$victim"
      victim=$(($(od -An -N2 -tu2 /dev/urandom) % 3 + 1))
      deaths=$((deaths + 1))
      next=$((next + $2))
    fi
    sleep 0.1
  done
  wait $command || { tail -n 20 "$work/$1.log" >&2; exit 1; }
  seconds=$(echo "$(date +%s.%N) - $begin" | bc)
  for n in $workers; do kill -9 "$(cat "$work/$n.pid")"; done
  wait
  ask "select count(*), count(distinct call_id) from callcenter.fact_call" > "$work/$1.rows"
  printf '%-12s %8.1f s  %3d kills  %s rows\n' "$1" "$seconds" "$deaths" "$(cut -d '|' -f 1 "$work/$1.rows")"
  ask "select '  died: ' || string_agg(table_name || ' ' || deaths, ', ' order by table_name)
    from (select table_name, sum(crashes) as deaths from longshore.task where crashes > 0 group by 1) t" | sed '/^$/d'
  "$longshore" down --purge --stack "$work/stack" > /dev/null
}

load undisturbed 0
undisturbed=$seconds
load killed 5
[ "$(cat "$work/undisturbed.rows")" = "$(cat "$work/killed.rows")" ] || { echo "the rows differ" >&2; exit 1; }
echo "ratio $(echo "scale=2; $seconds / $undisturbed" | bc)"
