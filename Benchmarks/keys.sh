#!/bin/sh
# Key maps in memory beside keys looked up in Postgres: one fact of a large dimension, loaded both ways in turn.
# Usage: keys.sh [MEMBERS] [ROWS] [RUNS]
set -eu
members=${1:-2000000}
rows=${2:-1000000}
runs=${3:-3}
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
trap '"$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

eval "$("$longshore" up --export --stack "$work/stack")"
ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }
mkdir "$work/data" "$work/trade"
awk -v n="$members" 'BEGIN { print "code,name"; for (i = 0; i < n; i++) printf "CUSTOMER-%09d,Name %d\n", i, i }' \
  > "$work/data/customers.csv"
awk -v n="$rows" -v m="$members" 'BEGIN { srand(7); print "sale_id,customer,amount"
  for (i = 0; i < n; i++) printf "S%08d,CUSTOMER-%09d,%d.50\n", i, rand() * m, rand() * 900 }' > "$work/data/sales.csv"
cat > "$work/trade/pipeline.yaml" <<YAML
pipeline: trade
sources: { drops: { files: "$work/data" } }
dimensions:
  customer:
    from: { source: drops, csv: customers.csv }
    key: code
    columns: { code: { type: text, required: true }, name: { type: text } }
facts:
  sale:
    from: { source: drops, csv: sales.csv }
    grain: [sale_id]
    columns:
      sale_id: { type: text, required: true }
      customer: { references: customer, from: customer, missing: reject }
      amount: { type: "decimal(12,2)" }
YAML

load() { # load NAME MEMORY: the fact task's seconds, and the most memory that the process had
  /usr/bin/env time -f %M -o "$work/peak" "$longshore" load "$work/trade" --workers 1 --key-map-memory "$2" > /dev/null
  ask "select round(extract(epoch from committed_at - started_at), 3) from longshore.task
       where table_name = 'fact_sale' order by load_id desc limit 1" >> "$work/$1.seconds"
  cat "$work/peak" >> "$work/$1.peak"
  ask "select md5(string_agg(md5(f::text), '' order by sale_id))
       from (select sale_id, code, amount from trade.fact_sale join trade.dim_customer using (customer_key)) f" \
    >> "$work/$1.rows"
}

# The dimension is loaded once; afterwards its source is the last row, which says nothing new.
"$longshore" load "$work/trade" --workers 1 --key-map-memory 0 > /dev/null
{ echo code,name; tail -n 1 "$work/data/customers.csv"; } > "$work/short"
mv "$work/short" "$work/data/customers.csv"
ask "vacuum analyze"
run=0
while [ "$run" -lt "$runs" ]; do
  load memory 4GB
  load lookup 0
  run=$((run + 1))
done
[ "$(sort -u "$work/memory.rows" "$work/lookup.rows" | wc -l)" = 1 ] || { echo "the rows differ" >&2; exit 1; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
echo "$members members, $rows rows, median of $runs runs; the same rows both ways"
for way in memory lookup; do
  printf '%-8s %8.2f s %8.0f MB\n' "$way" "$(median "$work/$way.seconds")" \
    "$(median "$work/$way.peak" | awk '{ print $1 / 1024 }')"
done
