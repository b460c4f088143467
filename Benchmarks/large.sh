#!/bin/sh
# A fact of GIGABYTES from a file and from an object store, as CSV and as JSON lines: the rate of each beside the file of CSV,
# and the most memory that the worker took. Usage: large.sh [GIGABYTES]
#
# A row has about 1,000 bytes, most of them a text that is not loaded, so that reading is measured, and not Postgres. The two
# files take somewhat more than twice GIGABYTES of the disk of TMPDIR.
set -eu
gigabytes=${1:-10}
root=$(cd "$(dirname "$0")/.." && pwd)
longshore=${LONGSHORE:-$root/.build/release/longshore}
work=$(mktemp -d)
chmod 755 "$work"
end() {
  [ -z "${OBJECT_STORE_PID:-}" ] || kill "$OBJECT_STORE_PID" || true
  [ -z "${worker:-}" ] || kill -9 "$worker" 2>/dev/null || true
  "$longshore" down --purge --stack "$work/stack" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT

mkdir -p "$work/store/lake" "$work/pipeline"
python3 - "$gigabytes" "$work/store/lake" <<'PYTHON'
import json, random, sys
rows, folder = int(float(sys.argv[1]) * 1_000_000), sys.argv[2]
random.seed(7)
texts = ["".join(random.choices("abcdefghij klmnop qrstuvwxyz äé", k=900)) for _ in range(101)]
with open(f"{folder}/sales.csv", "w") as csv, open(f"{folder}/sales.jsonl", "w") as lines:
    csv.write("sale_id,sold_on,shop,amount,quantity,note\n")
    shown = [json.dumps(text, ensure_ascii=False) for text in texts]
    for row in range(rows):
        day, shop, amount = 1 + row % 28, row % 97, f"{row % 9_973}.{row % 100:02}"
        csv.write(f"{row},2024-01-{day:02},S{shop},{amount},{row % 7},{texts[row % 101]}\n")
        lines.write(f'{{"sale_id":{row},"sold_on":"2024-01-{day:02}","shop":"S{shop}","amount":{amount},'
                    f'"quantity":{row % 7},"note":{shown[row % 101]}}}\n')
PYTHON
eval "$(python3 "$root/pipelines/stand-ins/object_store.py" "$work/store")"
export S3_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY LAKE="$work/store/lake"
eval "$("$longshore" up --export --stack "$work/stack")"
ask() { psql -X -q -t -A -d "$LONGSHORE_POSTGRES_URL" -c "$1"; }

measure() { # measure NAME SOURCE FORMAT
  cat > "$work/pipeline/pipeline.yaml" <<YAML
pipeline: large
sources:
  disk: { files: "\${LAKE}" }
  store: { s3: "s3://lake", endpoint: "\${S3_URL}", region: eu-west-1, private: true }
facts:
  sale:
    from: { source: $2, $3 }
    grain: [sale_id]
    columns:
      sale_id:  { type: integer, required: true }
      sold_on:  { type: date, required: true }
      shop:     { type: text, required: true }
      amount:   { type: "decimal(12,2)", required: true }
      quantity: { type: integer }
YAML
  "$longshore" worker --slots 1 2> "$work/worker.log" &
  worker=$!
  "$longshore" load "$work/pipeline" --json > "$work/load.json"
  peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$worker/status")
  kill "$worker"; wait "$worker" || true
  worker=
  seconds=$(ask "select extract(epoch from committed_at - started_at) from longshore.task
    where table_name = 'fact_sale' order by load_id desc limit 1")
  bytes=$(stat -c %s "$LAKE/$4")
  awk -v n="$1" -v b="$bytes" -v s="$seconds" -v p="$peak" -v r="$(ask 'select count(*) from large.fact_sale')" -v f="${first:-0}" 'BEGIN {
    rate = b / s / 1e6
    printf "%-28s %10d rows %7.2f GB %8.1f s %7.1f MB/s %6.0f MB peak %s\n", n, r, b / 1e9, s, rate, p / 1024,
      (f > 0 ? sprintf("%.2f x by bytes", rate / f) : "1") }'
  [ -n "${first:-}" ] || first=$(awk -v b="$bytes" -v s="$seconds" 'BEGIN { print b / s / 1e6 }')
}

measure 'CSV from the disk' disk 'csv: sales.csv' sales.csv
measure 'CSV from the object store' store 'csv: sales.csv' sales.csv
measure 'JSON lines from the disk' disk 'jsonl: sales.jsonl' sales.jsonl
measure 'JSON lines from the store' store 'jsonl: sales.jsonl' sales.jsonl
