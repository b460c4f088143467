#!/bin/sh
# Has a real fleet watched: a task fails for good, and a webhook gets the alert, and that it is over.
#
#   LONGSHORE=path/to/longshore sh deploy/monitoring/end-to-end.sh
#
# Everything runs in a temporary folder, on free ports of this machine, and is stopped however this ends, within three minutes.
# Needs what `longshore up` needs, prometheus, promtool, prometheus-alertmanager (or alertmanager), python3, python3-yaml, curl.
set -eu

if [ -z "${WITHIN_LIMIT:-}" ]; then
    WITHIN_LIMIT=1 exec timeout -k 25 155 sh "$0"
fi
longshore=$(command -v "${LONGSHORE:?say where the program is: LONGSHORE=path}")
case $longshore in /*) ;; *) longshore=$PWD/$longshore ;; esac
here=$(cd "$(dirname "$0")" && pwd)
alertmanager=$(command -v prometheus-alertmanager || command -v alertmanager)
for variable in $(env | sed -n 's/^\(LONGSHORE_[A-Z_]*\)=.*/\1/p'); do unset "$variable"; done

work=$(mktemp -d)
# The stack's servers run as other users, who have to get there.
chmod 755 "$work"
stack=$work/stack
pids=
started=$(date +%s)
at=$started

clean() {
    status=$?
    trap '' HUP INT TERM
    for pid in $pids; do kill "$pid" 2> /dev/null || true; done
    for pid in $pids; do
        tries=0
        while kill -0 "$pid" 2> /dev/null; do
            tries=$((tries + 1))
            [ "$tries" -lt 100 ] || kill -KILL "$pid" 2> /dev/null || true
            sleep 0.1
        done
    done
    if [ -d "$stack" ]; then "$longshore" down --purge --stack "$stack" > /dev/null 2>&1 || true; fi
    if [ "$status" -ne 0 ]; then
        echo "failed (exit $status); the last lines of what ran:" >&2
        for log in "$work"/*.log; do
            [ ! -s "$log" ] || { echo "== ${log##*/}" && tail -n 5 "$log"; } >&2
        done
    fi
    rm -rf "$work"
    exit "$status"
}
trap clean EXIT
trap 'exit 124' HUP INT TERM

stage() {
    now=$(date +%s)
    echo "$1: $((now - at)) s"
    at=$now
}

# Waits until a command succeeds.
await() {
    until "$@" > /dev/null 2>&1; do sleep 0.3; done
}

run() {
    name=$1
    shift
    nice "$@" > "$work/$name.log" 2>&1 &
    pids="$pids $!"
}

answers() { curl --silent --fail --max-time 2 "$1"; }
is_alive() { for pid in $pids; do kill -0 "$pid" || return 1; done; }

# Whether the webhook was told of an alert: NAME firing|resolved.
was_told() {
    is_alive || exit 1
    python3 - "$work/told.jsonl" "$1" "$2" << 'PYTHON'
import json, sys
path, name, status = sys.argv[1:]
alerts = [alert for line in open(path) for alert in json.loads(line)["alerts"]]
sys.exit(not any(a["labels"]["alertname"] == name and a["status"] == status for a in alerts))
PYTHON
}

cat > "$work/webhook.py" << 'PYTHON'
import http.server, sys

class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1] + "/told.jsonl", "ab") as told:
            told.write(body.strip() + b"\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Webhook)
with open(sys.argv[1] + "/webhook.port", "w") as port:
    port.write(str(server.server_port))
server.serve_forever()
PYTHON

set -- $(python3 -c '
import socket
free = [socket.socket() for _ in range(4)]
for one in free: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in free])')
coordinator=127.0.0.1:$1
worker=127.0.0.1:$2
prometheus=127.0.0.1:$3
alerting=127.0.0.1:$4

cd "$work"
touch told.jsonl
nice "$longshore" up --stack "$stack" > up.log 2>&1
eval "$("$longshore" up --stack "$stack" --export)"
stage "private stack"

run coordinator "$longshore" coordinator --listen "$coordinator"
run worker "$longshore" worker --listen "$worker"
await answers "http://$coordinator/readyz"
await answers "http://$worker/readyz"
stage "coordinator and worker are ready"

run webhook python3 webhook.py "$work"
await test -s webhook.port
# The files as they are, with the addresses of this machine, and asked and told more often.
cp "$here/rules.yml" "$here/limits.yml" .
sed -e 's/_interval: 15s$/_interval: 1s/' \
    -e "s/dns_sd_configs: .*\[worker\].*/static_configs: [{ targets: [\"$worker\"] }]/" \
    -e "s/dns_sd_configs: .*\[coordinator\].*/static_configs: [{ targets: [\"$coordinator\"] }]/" \
    -e "s/localhost:9090/$prometheus/" -e "s/alertmanager:9093/$alerting/" \
    "$here/prometheus.yml" > prometheus.yml
sed -e "s|url_file: .*|url: http://127.0.0.1:$(cat webhook.port)/|" \
    -e 's/group_wait: .*/group_wait: 1s/' -e 's/group_interval: .*/group_interval: 1s/' \
    "$here/alertmanager.yml" > alertmanager.yml
run alertmanager "$alertmanager" --config.file=alertmanager.yml --storage.path="$work/alertmanager" \
    --web.listen-address="$alerting" --cluster.listen-address=
run prometheus prometheus --config.file=prometheus.yml --storage.tsdb.path="$work/prometheus" \
    --web.listen-address="$prometheus"
await answers "http://$alerting/-/ready"
await answers "http://$prometheus/-/ready"
stage "prometheus and alertmanager are ready"

# One pipeline that is loaded, with an open reject; one with a schedule, an export that waits for its target and a
# task that no worker takes; one whose source lacks its columns, so that its task fails for good.
nice "$longshore" init shop > init.log
cp -R shop broken
sed -e 's/^pipeline: .*/pipeline: broken/' -e 's/schema: shop/schema: broken/' shop/pipeline.yaml > broken/pipeline.yaml
echo "nothing" > broken/data/orders_2024-01.csv
mkdir -p waiting/exports
cp -R shop/data waiting/data
echo "select order_id from fact_order" > waiting/exports/orders.sql
cat > waiting/pipeline.yaml << 'YAML'
pipeline: waiting
schedule: { cron: "0 0 1 1 *", zone: UTC, deadline: 06:00 }
sources:
  drops: { files: data }
  # Nothing listens there.
  app: { postgres: "postgres://127.0.0.1:1/app" }
facts:
  order:
    from: { source: drops, csv: orders_2024-01.csv }
    grain: [order_id]
    columns:
      order_id: { type: text, required: true }
  later:
    from: { source: drops, csv: orders_2024-01.csv }
    pool: nobody
    grain: [order_id]
    columns:
      order_id: { type: text, required: true }
exports:
  orders: { sql: exports/orders.sql, key: order_id, to: { source: app, table: app.orders } }
YAML
for pipeline in shop broken waiting; do nice "$longshore" load "$pipeline" --detach; done > load.log 2>&1
nice "$longshore" schedules put waiting >> load.log 2>&1
has_letter() { "$longshore" dead --json | grep -q '"letter"'; }
await has_letter
stage "a task has failed for good"

# Figures of the fleet are told anew every 15 seconds.
tells() { answers "http://$coordinator/metrics" | grep -q "$1"; }
for text in 'dead"} 1$' '^longshore_effects_pending' '^longshore_next_firing' '^longshore_pool_tasks{pool="nobody"'; do
    await tells "$text"
done
answers "http://$coordinator/metrics" > coordinator.metrics
answers "http://$worker/metrics" > worker.metrics
promtool check metrics < coordinator.metrics > lint.log 2>&1 || true
stage "the coordinator tells it"

nice sh "$here/check.sh" coordinator.metrics worker.metrics > check.log 2>&1
sed 's/^/  /' check.log
stage "what rules and dashboard name is there"

await was_told LongshoreDeadLetters firing
stage "the webhook got the alert"

# A rule or a question can be well formed and still fail where labels do not fit.
python3 "$here/check.py" --expressions expressions.yml
python3 - "http://$prometheus" << 'PYTHON'
import json, sys, urllib.parse, urllib.request
import yaml

def ask(path):
    return json.load(urllib.request.urlopen(sys.argv[1] + path, timeout=10))["data"]

groups = ask("/api/v1/rules")["groups"]
ill = [rule["name"] + ": " + rule["lastError"] for group in groups for rule in group["rules"] if rule["health"] != "ok"]
if ill:
    sys.exit("\n".join(ill))
questions = [rule["expr"] for rule in yaml.safe_load(open("expressions.yml"))["groups"][0]["rules"]]
full = 0
for question in questions:
    # The dashboard's variables stand for everything.
    text = question.replace('=~"x"', '=~".*"')
    full += bool(ask("/api/v1/query?" + urllib.parse.urlencode({"query": text}))["result"])
print(f"  {len(questions)} questions of the dashboard, {full} with an answer")
PYTHON
stage "prometheus answers the dashboard"

"$longshore" dead drop --all > drop.log 2>&1
await was_told LongshoreDeadLetters resolved
stage "the webhook heard that it is over"
echo "all: $(($(date +%s) - started)) s"
