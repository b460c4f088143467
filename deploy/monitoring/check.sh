#!/bin/sh
# Checks what is here: sh deploy/monitoring/check.sh [FILE …]
#
# Each FILE is a text of /metrics, of a worker or a coordinator: every metric that a rule or the dashboard names must be in one of
# them, with the labels that are asked for. Needs promtool, python3 and python3-yaml; amtool is used where it is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What a tool says is shown where it finds something wrong only.
try() {
    name=$1
    shift
    if ! "$@" > "$scratch/said" 2>&1; then
        cat "$scratch/said" >&2
        echo "$name: wrong" >&2
        exit 1
    fi
    echo "$name: good"
}

try "rules" promtool check rules "$here/rules.yml" "$here/limits.yml"
try "prometheus.yml" promtool check config "$here/prometheus.yml"
if command -v amtool > /dev/null; then
    # Alertmanager before 0.26 does not know `url_file` of a webhook.
    sed 's|url_file: .*|url: http://127.0.0.1/|' "$here/alertmanager.yml" > "$scratch/alertmanager.yml"
    try "alertmanager.yml" amtool check-config "$scratch/alertmanager.yml"
fi
python3 "$here/check.py" --expressions "$scratch/expressions.yml"
try "expressions of the dashboard" promtool check rules "$scratch/expressions.yml"
python3 "$here/check.py" "$@"
try "tests of the rules" promtool test rules "$here/rules_test.yml"
