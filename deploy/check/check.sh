#!/usr/bin/env bash
# Checks deploy/ against the Compose and Kubernetes schemas in a virtual environment under .run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly venv=.run/check requirements=deploy/check/requirements.txt

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    deploy/dev/setup.sh --python
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi
"$venv/bin/python" deploy/check/check.py
# Where kubectl is at hand, what it makes of the folder is checked too.
if command -v kubectl >/dev/null; then
    kubectl kustomize deploy/k8s/base | "$venv/bin/python" deploy/check/check.py --manifests -
fi
