#!/usr/bin/env bash
# The benchmark: a stack of its own with the season loaded, then deploy/dev/bench.py, side by side with its references.
# Functions alone (`--only rolling change_detection predictions`) need no stack.
# TIPOFF_KAFKA_BROKERS and TIPOFF_DATABASE_URL replace the embedded broker and database, as everywhere.
set -euo pipefail
export TIPOFF_RUN_DIR=${TIPOFF_RUN_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.run/bench}
mkdir -p "$TIPOFF_RUN_DIR"
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_forget_own_env
command -v kcat >/dev/null || { warn 'kcat is missing: apt-get install kcat'; exit 2; }
stack_lock
# Whether the arguments name parts, and none of the stack's.
only_functions() {
    local argument named=no
    for argument in "$@"; do
        case $argument in
            --only | --only=*) named=yes ;;
            rolling | change_detection | predictions) ;;
            *) return 1 ;;
        esac
    done
    [ "$named" = yes ]
}
[ -x "$BIN_DIR/tipoff-benchmarks" ] || { warn "$BIN_DIR/tipoff-benchmarks is missing: make release"; exit 2; }
arguments=(--run "$RUN_DIR" --bin "$BIN_DIR" --output "$ROOT/.run/bench.json")
if only_functions "$@"; then
    python3 "$ROOT/deploy/dev/bench.py" "${arguments[@]}" "$@"
    exit
fi
stack_end_at_exit
export TIPOFF_PLANNER=false TIPOFF_PREDICTION_CLOCKS=off
# What a change waits for siblings is a setting and no part of its path.
export TIPOFF_DELTA_DEBOUNCE=0s
# All readers of the benchmark are one client.
export TIPOFF_RATE_LIMIT=0
stack_start fresh
# The slate begins as a morning on which nobody knows its results, as lines move; bench.py lets the source tell them.
curl -fsS --noproxy '*' --max-time 10 -d "{\"as_of\": \"${STACK_SLATE}T15:00:00Z\"}" \
    "http://$(read_address sourcesim)/_sim/clock" >/dev/null
stack_load
python3 "$ROOT/deploy/dev/bench.py" "${arguments[@]}" --slate "$STACK_SLATE" "$@"
