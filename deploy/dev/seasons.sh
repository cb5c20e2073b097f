#!/usr/bin/env bash
# Four seasons from files through phases 1 to 4, by the services and topics of a stack as the demo's: once undisturbed and
# once with two services killed at random, which must leave the same tables. Prints time, rate, memory and what the time of
# executions went into.
#   seasons.sh                               the regular seasons from 2020-21 to the day before the demo's slate
#   SEASONS=2021-10-19:2021-11-30            other dates, several ranges with spaces
#   SEASONS_SEED=…                           the kills of an earlier run
#   SEASONS_ONCE=1                           without the second load
# The last line is `seasons ok: dates=… games=… seconds=… digest=…`; any failure exits non-zero.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_claim

readonly STAGES=(read compute compare write commit message)
PSQL=$(command -v psql || printf '%s/psql\n' "$(postgres_bin)")
export TIPOFF_PLANNER=false TIPOFF_PREDICTION_CLOCKS=off
RANDOM=${SEASONS_SEED:=$((SRANDOM % 32768))}

sql() {
    "$PSQL" "$TIPOFF_DATABASE_URL" -XqAt -v ON_ERROR_STOP=1 -c "$1"
}

seasons_fail() {
    warn "seasons: $*"
    exit 1
}

# Private memory of a process in MiB.
private_mib() {
    awk '/^Private/ { sum += $2 } END { printf "%d", sum / 1024 }' "/proc/$1/smaps_rollup"
}

# What the time of the executions of the phases went into, in percent of all of it.
stage_shares() {
    local name address
    for name in scrapers raw analytics precompute; do
        address=$(<"$RUN_DIR/address/$name")
        curl -fsS "http://$address/metrics" | awk -v service="$name" '
            /^tipoff_stage_seconds_total\{/ { split($1, part, "\""); seconds[part[2]] = $2; sum += $2 }
            END { printf "%s %.1f", service, sum
                  split("'"${STAGES[*]}"'", stages, " ")
                  for (i = 1; i <= 6; i++) printf " %.0f", sum ? 100 * seconds[stages[i]] / sum : 0
                  printf "\n" }'
    done
}

# Runs a service's death and its new life.
seasons_kill() {
    kill -9 "$(<"$RUN_DIR/pid/$1")"
    process_stop "$1"
    rm -f "$RUN_DIR/address/$1"
    service_start "$1"
    wait_ready "$1"
}

# Loads the ranges one after the other and sets SECONDS_TAKEN, DATES, GAMES and DIGEST. With `killed`, two services die on
# the way, each in the middle of a range, and are started again.
seasons_load() {
    local mode=$1 range name now job share victim done_dates total started=$EPOCHREALTIME index=0
    local -A memory=() dying=()
    say "$mode: loading ${RANGES[*]}, phases 1 to 4"
    if [ "$mode" = killed ]; then
        while [ "${#dying[@]}" -lt 2 ] && [ "${#dying[@]}" -lt "${#RANGES[@]}" ]; do
            dying[$((RANDOM % ${#RANGES[@]}))]="$((RANDOM % 60 + 20)) ${STACK_SERVICES[RANDOM % ${#STACK_SERVICES[@]}]}"
        done
        say "seed $SEASONS_SEED: kill -9 in ${#dying[@]} ranges: ${dying[*]} (percent, service)"
    fi
    : >"$RUN_DIR/seasons.digests"
    for range in "${RANGES[@]}"; do
        "$BIN_DIR/tipoff" backfill run --from "${range%:*}" --to "${range#*:}" --phases 1-4 --job "seasons-$index" \
            --window "${SEASONS_WINDOW:-8}" --wait --json --progress-file "$RUN_DIR/seasons.progress" \
            >"$RUN_DIR/seasons.json" 2>"$RUN_DIR/seasons.err" &
        job=$!
        while kill -0 "$job" 2>/dev/null; do
            sleep 2
            for name in "${STACK_SERVICES[@]}"; do
                [ -s "$RUN_DIR/pid/$name" ] || continue
                now=$(private_mib "$(<"$RUN_DIR/pid/$name")" 2>/dev/null) || continue
                [ "${now:-0}" -le "${memory[$name]:-0}" ] || memory[$name]=$now
            done
            [ -n "${dying[$index]:-}" ] || continue
            read -r share victim <<<"${dying[$index]}"
            IFS='|' read -r done_dates total < <(sql "SELECT count(*) FILTER (WHERE state = 'complete'), count(*)
                FROM nba_orchestration.backfill_date WHERE job_id = 'seasons-$index'")
            if [ "$total" -gt 0 ] && [ $((100 * done_dates)) -ge $((share * total)) ]; then
                say "killing $victim after $done_dates of $total dates of $range"
                seasons_kill "$victim"
                unset "dying[$index]"
            fi
        done
        wait "$job" || {
            cat "$RUN_DIR/seasons.err" >&2
            seasons_fail "the backfill of $range did not end well"
        }
        python3 -c 'import json, sys; print(json.load(sys.stdin)["digest"])' <"$RUN_DIR/seasons.json" \
            >>"$RUN_DIR/seasons.digests"
        index=$((index + 1))
        say "  $range is loaded after $(elapsed "$started") s"
    done
    [ "${#dying[@]}" -eq 0 ] || seasons_fail "nobody was killed in a range: ${dying[*]}"
    SECONDS_TAKEN=$(elapsed "$started")
    DIGEST=$(sha256sum <"$RUN_DIR/seasons.digests" | cut -c1-64)
    DATES=$(sql "SELECT count(*) FROM nba_orchestration.backfill_date")
    GAMES=$(sql "SELECT count(DISTINCT nba_game_id) FROM nba_analytics.team_offense_game_summary WHERE removed_at IS NULL")
    now=$(sql "SELECT sum(row_count) FROM nba_orchestration.backfill_digest WHERE moment = 'after'")
    say "$mode: $DATES dates, $GAMES games, $now rows in $SECONDS_TAKEN s: $(awk -v r="$now" -v s="$SECONDS_TAKEN" \
        'BEGIN { printf "%.0f", r / s }') rows/s"
    for name in "${STACK_SERVICES[@]}"; do say "  peak private MiB of $name: ${memory[$name]:-?}"; done
    say "service, seconds of executions (several threads), percent of ${STAGES[*]}:"
    stage_shares | while read -r line; do say "  $line"; done
}

elapsed() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

stack_start fresh
# The files hold the regular seasons' box scores and no later ones.
read -ra RANGES <<<"${SEASONS:-2020-12-22:2021-05-16 2021-10-19:2022-04-10 2022-10-18:2023-04-09 $STACK_SEASON_START:$(
    date -u -d "$STACK_SLATE - 1 day" +%Y-%m-%d)}"
seasons_load undisturbed
seconds=$SECONDS_TAKEN digest=$DIGEST dates=$DATES games=$GAMES
if [ -z "${SEASONS_ONCE:-}" ]; then
    stack_stop
    STACK_OWNED=${STACK_OWNS[*]}
    stack_forget_own_env
    STACK_OWNS=()
    stack_start fresh
    seasons_load killed
    [ "$DIGEST" = "$digest" ] || seasons_fail "the killed load left $DIGEST, the undisturbed one $digest"
fi
say "seasons ok: dates=$dates games=$games seconds=$seconds digest=$digest"
