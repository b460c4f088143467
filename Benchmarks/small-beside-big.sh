#!/bin/sh
# A small load of three stages (dimension, fact, mart), alone and beside a big one whose tasks take half a second each, on a worker
# with two slots: the milliseconds from its creation to its end, for each way to keep a slot free.
# Usage: small-beside-big.sh [RUNS] [WAYS…], a way is `none`, `limit` (concurrency: 1 in the big one) or `pool` (the small one in a
# pool with a slot of its own).
set -eu
runs=${1:-15}
[ $# -gt 0 ] && shift
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
processes=
trap 'kill $processes 2>/dev/null || true; "$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

eval "$("$longshore" up --export --stack "$work/stack")"
export SLEEPY_URL="$LONGSHORE_POSTGRES_URL"
ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }

small() { # WAY
  mkdir -p "$work/$1"
  pool=
  [ "$1" = pool ] && pool=', pool: quick'
  printf 'id,name\na,1\n' > "$work/$1/things.csv"
  printf 'id,thing,at\n1,a,2024-01-02\n' > "$work/$1/events.csv"
  echo "select thing_key, count(*) as events from fact_event group by thing_key" > "$work/$1/counts.sql"
  cat > "$work/$1/pipeline.yaml" <<YAML
pipeline: small_$1
sources: { drops: { files: "." } }
dimensions:
  thing: { from: { source: drops, csv: things.csv }, key: id, columns: { id: { type: text, required: true }, name: { type: text } }$pool }
facts:
  event:
    { from: { source: drops, csv: events.csv }, grain: [id], columns: { id: { type: text, required: true },
      thing: { references: thing, from: thing }, at: { type: date } }$pool }
marts:
  counts: { sql: counts.sql$pool }
YAML
}

big() { # WAY
  mkdir -p "$work/big_$1"
  limit=
  [ "$1" = limit ] && limit='concurrency: 1'
  cat > "$work/big_$1/pipeline.yaml" <<YAML
pipeline: big_$1
$limit
period: { grain: month, start: 1980-01 }
sources: { sleepy: { postgres: "\${SLEEPY_URL}" } }
facts:
  nap:
    from: { source: sleepy, query: "select :period_start::date::text as at from pg_sleep(0.46)" }
    period: at
    grain: [at]
    columns: { at: { type: date, required: true } }
YAML
}

figures() { # PIPELINE
  ask "select format('median %s ms, worst %s ms, least %s ms, of %s', percentile_cont(0.5) within group (order by ms)::int, max(ms)::int,
      min(ms)::int, count(*))
    from (select extract(epoch from finished_at - created_at) * 1000 as ms from longshore.load
      where pipeline = '$1' and state = 'loaded' order by id desc limit $runs) t"
}

load_small() { # WAY
  run=0
  while [ "$run" -lt "$runs" ]; do
    run=$((run + 1))
    "$longshore" load "$work/$1" --workers 0 > /dev/null 2>&1
    sleep "0.$((run * 37 % 10))"
  done
}

"$longshore" coordinator 2>/dev/null & processes=$!
for way in "${@:-none}"; do
  small "$way"
  big "$way"
  if [ "$way" = pool ]; then pools='--pool quick --pool default'; else pools=; fi
  "$longshore" worker --slots 2 $pools 2>/dev/null & worker=$!
  processes="$processes $worker"
  load_small "$way"
  echo "$way, alone: $(figures "small_$way")"
  "$longshore" load "$work/big_$way" --periods 1980-01..2019-12 --detach > /dev/null
  sleep 3
  load_small "$way"
  running=$(ask "select count(*) from longshore.load where pipeline = 'big_$way' and state = 'running'")
  echo "$way, beside: $(figures "small_$way"); the big one ran at the end: $running"
  load=$(ask "select max(id) from longshore.load where pipeline = 'big_$way'")
  "$longshore" cancel "$load" > /dev/null
  until [ "$(ask "select count(*) from longshore.load where state = 'running'")" = 0 ]; do sleep 0.2; done
  kill "$worker"
  wait "$worker" || true
done
