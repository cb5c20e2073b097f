#!/usr/bin/env bash
# From nothing to published predictions of one slate, and everything ended again.
# The last line is `demo ok: date=… players=N predictions=N published=PATH seconds=S`; any failure exits non-zero.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_claim

# The demo opens its runs itself.
export TIPOFF_PLANNER=false TIPOFF_PREDICTION_CLOCKS=off
SECONDS=0
stack_start fresh
stack_load
result=$(stack_result)

say "source=$STACK_SOURCE"
say "it ran on (and is ended now):"
stack_describe
say "three commands to try:"
say "  make up                        the same stack with this data, left running"
say "  . .run/env && tipoff status    the verdict for the slate"
say "  . .run/env && tipoff logs publishing -n 20"
seconds=$SECONDS
stack_stop
say "demo ok: date=$STACK_SLATE $result seconds=$seconds"
