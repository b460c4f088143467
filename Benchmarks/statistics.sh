#!/bin/bash
# What ANALYZE takes of a partition's COPY: of 30,000 rows, as the server does by default, and of the 3,000 that a task samples.
# Both in one run, by turns, on tables of the shape of a month of TPC-H's lineitem, of a wide one, and of one of 1,000 columns.
# Usage: statistics.sh POSTGRES_URL [RUNS]; it needs psql and a database in which it may create a schema.
set -euo pipefail; export PGOPTIONS="-c client_min_messages=warning"
url=${1:?the URL of a Postgres database} runs=${2:-5}
sql() { psql "$url" -X -q -At -v ON_ERROR_STOP=1 "$@"; }
# The milliseconds that a statement takes, in a transaction that is rolled back.
time_of() { sql -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1; }
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", v[int((NR + 1) / 2)] }'; }
fill() { # columns, rows
  local columns="" values="" i
  for ((i = 1; i <= $1; i++)); do
    columns+=", c$i bigint"; values+=", (n * $i) % (10 * $i + 7)"
  done
  sql -c "drop table if exists longshore_statistics; create table longshore_statistics (id bigint$columns)"
  sql -c "copy (select n$values from generate_series(1, $2) n) to stdout" >"$file"
}
file=$(mktemp); trap 'rm -f "$file"' EXIT
printf '%8s %8s %10s %12s %12s %8s\n' columns rows 'copy ms' 'default ms' 'sketch ms' ratio
for shape in "16 71000" "64 71000" "1000 5000"; do
  set -- $shape; fill "$1" "$2"
  list=""; [ "$1" -le 63 ] || { for ((i = 1; i <= 63; i++)); do list+="${list:+, }c$i"; done; list="(id, $list)"; }
  copies="" wholes="" sketches=""
  for ((run = 0; run < runs; run++)); do
    sql -c "truncate longshore_statistics"
    copies+="$(sql -c '\timing on' -c "\\copy longshore_statistics from '$file'" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p')"$'\n'
    wholes+="$(time_of "analyze longshore_statistics")"$'\n'
    sketches+="$(PGOPTIONS="-c client_min_messages=warning -c default_statistics_target=10" time_of "analyze longshore_statistics $list")"$'\n'
  done
  c=$(printf '%s' "$copies" | median) w=$(printf '%s' "$wholes" | median) s=$(printf '%s' "$sketches" | median)
  printf '%8s %8s %10s %12s %12s %8s\n' "$1" "$2" "$c" "$w" "$s" "$(awk "BEGIN { printf \"%.1f\", $w / $s }")"
done
sql -c "drop table longshore_statistics"
