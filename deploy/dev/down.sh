#!/usr/bin/env bash
# Ends what up.sh left running, by process id. Data and logs stay in the run directory; `make up` goes on from there.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

stack_lock
running=yes
stack_running || running=
stack_stop
if [ -n "$running" ]; then
    say "the stack is down; data and logs stay in $RUN_DIR (make clean removes them)"
else
    say "nothing was running"
fi
