#!/bin/sh
# Many small loads that are written at once: the seconds from the start of the coordinator until half of them, and all, have ended,
# by places of the coordinator.
# Usage: small-loads.sh [LOADS] [PLACES…]
set -eu
loads=${1:-60}
[ $# -gt 0 ] && shift
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
trap 'kill $workers 2>/dev/null || true; "$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
workers=

eval "$("$longshore" up --export --stack "$work/stack")"
ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }
printf 'id,name\na,1\n' > "$work/things.csv"
"$longshore" worker --slots 8 2>/dev/null & workers=$!
for places in "${@:-8}"; do
  load=0
  while [ "$load" -lt "$loads" ]; do
    load=$((load + 1))
    mkdir -p "$work/$load"
    cat > "$work/$load/pipeline.yaml" <<YAML
pipeline: small$load
sources: { drops: { files: "$work" } }
dimensions:
  thing:
    from: { source: drops, csv: things.csv }
    key: id
    columns: { id: { type: text, required: true }, name: { type: text } }
YAML
    "$longshore" load "$work/$load" --detach > /dev/null
  done
  since=$(ask "select clock_timestamp()")
  "$longshore" coordinator --loads "$places" 2>/dev/null & coordinator=$!
  until [ "$(ask "select count(*) from longshore.load where state = 'running'")" = 0 ]; do sleep 0.2; done
  ask "select format('%s loads, %s places: from the start of the coordinator median %s s, worst %s s', count(*), $places,
    round(percentile_cont(0.5) within group (order by extract(epoch from finished_at - '$since'))::numeric, 1),
    round(extract(epoch from max(finished_at) - '$since'), 1))
    from longshore.load where finished_at > '$since'"
  kill "$coordinator"
  wait "$coordinator" || true
done
