#!/usr/bin/env bash
# The benchmark: a stack of its own with the season loaded, then deploy/dev/bench.py, side by side with its references.
# TIPOFF_KAFKA_BROKERS and TIPOFF_DATABASE_URL replace the embedded broker and database, as everywhere.
set -euo pipefail
export TIPOFF_RUN_DIR=${TIPOFF_RUN_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.run/bench}
mkdir -p "$TIPOFF_RUN_DIR"
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_forget_own_env
command -v kcat >/dev/null || { warn 'kcat is missing: apt-get install kcat'; exit 2; }
stack_lock
failed() {
    local status=$?
    trap - EXIT INT TERM
    [ "$status" -eq 0 ] || stack_show_failure
    stack_stop
    exit "$status"
}
trap failed EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export TIPOFF_PLANNER=false
# What a change waits for siblings is a setting and no part of its path.
export TIPOFF_DELTA_DEBOUNCE=0s
stack_start fresh
stack_load
python3 "$ROOT/deploy/dev/bench.py" --run "$RUN_DIR" --slate "$STACK_SLATE" --output "$ROOT/.run/bench.json" "$@"
