#!/usr/bin/env bash
# Starts the stack and leaves it running: all of it with the demo's data, or a part.
#   up.sh        everything; loads the season and the slate unless an earlier demo or up did
#   up.sh 1-2    the services of phases 1 and 2 with the orchestrator that closes phase 2; loads nothing
#   FRESH=1      begins with an empty cluster
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_forget_own_env

phases=${1:-1-6}
stack_select "$phases"
# Read by stack.sh.
# shellcheck disable=SC2034
STACK_CONSOLE=yes

"$ROOT/deploy/dev/setup.sh"
stack_lock
if stack_running; then
    say "the stack runs already: . $RUN_DIR/env"
    say "it ends with: make down"
    exit 0
fi
build_release

failed() {
    local status=$?
    trap - EXIT INT TERM
    stack_show_failure
    stack_stop
    exit "$status"
}
trap failed EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

complete=
[ "${#STACK_SERVICES[@]}" -ne "${#ALL_SERVICES[@]}" ] || complete=yes
mode=keep
if [ -n "${FRESH:-}" ] || { [ -n "$complete" ] && [ ! -s "$RUN_DIR/loaded" ]; }; then
    mode=fresh
fi
is_loading=
[ -z "$complete" ] || [ "$mode" = keep ] || is_loading=yes
# Nobody polls while the season is loaded: the slate's games are final in the data and have no box scores yet.
planner=${TIPOFF_PLANNER:-true}
[ -z "$is_loading" ] || export TIPOFF_PLANNER=false
stack_start "$mode"
started=$SECONDS
if [ -n "$is_loading" ]; then
    stack_load
    process_stop scrapers
    rm -f "$RUN_DIR/address/scrapers"
    # The league's time has gone on.
    TIPOFF_PLANNER=$planner TIPOFF_CLOCK=$(date -u -d "$TIPOFF_CLOCK + $((SECONDS - started + 1)) seconds" \
        +%Y-%m-%dT%H:%M:%SZ) service_start scrapers
    wait_ready scrapers
    write_env
    result=$(stack_result)
    say "slate $STACK_SLATE: $result"
fi
trap - EXIT INT TERM

say "source=$STACK_SOURCE"
say "these stay up until make down:"
stack_describe
say "logs              $RUN_DIR/log/<service>.log"
say "processes         $RUN_DIR/pid/<service>"
say "use it: . $RUN_DIR/env && tipoff status"
