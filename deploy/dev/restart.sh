#!/usr/bin/env bash
# Starts one service of the running stack anew, whether it stands still or is gone.
#   restart.sh raw
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_forget_own_env

name=${1:-}
if [[ " ${ALL_SERVICES[*]} console " != *" $name "* ]] || [ -z "$name" ]; then
    warn "SERVICE is one of: ${ALL_SERVICES[*]} console"
    warn "for example: make restart SERVICE=raw"
    exit 2
fi
stack_lock
if ! stack_running; then
    warn "no stack runs; next: make up"
    exit 1
fi
# shellcheck source=/dev/null # written by stack.sh
. "$RUN_DIR/env"
if [ -n "${TIPOFF_CLOCK:-}" ]; then
    # The league's time has gone on since the stack was started.
    lived=$(($(date +%s) - $(stat -c %Y "$RUN_DIR/env")))
    TIPOFF_CLOCK=$(date -u -d "$TIPOFF_CLOCK + $lived seconds" +%Y-%m-%dT%H:%M:%SZ)
    export TIPOFF_CLOCK
fi
# One that is stopped by a signal hears TERM only when it goes on.
if process_alive "$name"; then
    read -r pid <"$RUN_DIR/pid/$name"
    kill -CONT "$pid" 2>/dev/null || true
fi
process_stop "$name"
rm -f "$RUN_DIR/address/$name"
service_start "$name"
wait_ready "$name"
# Its port is another one now.
read -ra STACK_OWNS <<<"${STACK_OWNED:-}"
STACK_SERVICES=()
for service in "${ALL_SERVICES[@]}"; do
    [ ! -s "$RUN_DIR/address/$service" ] || STACK_SERVICES+=("$service")
done
write_env
say "$name is ready again"
say "next: tipoff status"
