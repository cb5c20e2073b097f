#!/usr/bin/env bash
# From nothing to published predictions of one slate; then one player's status changes and the page switches; and
# everything ended again.
# The last line is `demo ok: date=… players=N predictions=N published=PATH seconds=S`, the seconds without the change; any
# failure exits non-zero.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
# shellcheck source=deploy/dev/update.sh
. "$(dirname "${BASH_SOURCE[0]}")/update.sh"
stack_claim

# The demo opens its runs itself.
export TIPOFF_PLANNER=false TIPOFF_PREDICTION_CLOCKS=off
SECONDS=0
stack_start fresh
stack_load
result=$(stack_result)
seconds=$SECONDS
stack_update

say "the page it ran on, and the rest (ended now):"
stack_describe
say "source=$STACK_SOURCE"
say "three commands to try:"
say "  make up                        the same stack with this data, left running; it prints the page's address"
say "  . .run/env && tipoff status    the verdict for the slate"
say "  . .run/env && tipoff logs publishing -n 20"
stack_stop
say "update: $UPDATE_RESULT"
say "demo ok: date=$STACK_SLATE $result seconds=$seconds"
