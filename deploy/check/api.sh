#!/usr/bin/env bash
# Checks the running API against its OpenAPI document with schemathesis, in a virtual environment under .run. The test starts
# the readers' routes on a database of its own; without the tool it is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly venv=.run/check-api requirements=deploy/check/requirements-api.txt

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    deploy/dev/setup.sh --python
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$venv/requirements.txt"
fi
swift build --build-tests
swift test --skip-build --filter '^PublishingTests\.SchemathesisTests'
