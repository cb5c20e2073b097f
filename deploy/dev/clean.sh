#!/usr/bin/env bash
# Removes builds, the run directory and the private cluster. Refuses while the stack runs.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

stack_lock
if stack_running; then
    warn "the stack runs: make down first"
    exit 1
fi
stack_forget_state
rm -rf "$RUN_DIR" "$ROOT"/.build "$ROOT"/.build-*
say "removed builds and $RUN_DIR"
