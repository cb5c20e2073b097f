#!/usr/bin/env bash
# The day that the system is for, on a stack as the demo's: at 11:00 everything, at 14:00 one player's injury, at 18:00 two
# line-up changes. Prints what each step looked at and rewrote, in how long, and the same done by a full batch; fails where
# a step rewrites a row that does not depend on its players, or leaves a table other than the full batch would.
# The last line is `day ok: date=… players=N 14:00=… 18:00=… seconds=S`; any failure exits non-zero.
set -euo pipefail
# shellcheck source=deploy/dev/stack.sh
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
stack_claim

PSQL=$(command -v psql || printf '%s/psql\n' "$(postgres_bin)")
readonly PHASE_SERVICES=(scrapers raw analytics precompute predictions publishing)
FIGURES=()

day_fail() {
    warn "day: $*"
    exit 1
}

sql() {
    "$PSQL" "$TIPOFF_DATABASE_URL" -XqAt -v ON_ERROR_STOP=1 -c "$1"
}

# The instant of an Eastern wall clock on the slate's day.
instant() {
    date -u -d "TZ=\"America/New_York\" $STACK_SLATE $1" +%Y-%m-%dT%H:%M:%SZ
}

# Lets the phase services live at a later hour of the day. The orchestrators go by the database's clock and stay.
day_clock() {
    local name
    TIPOFF_CLOCK=$(instant "$1")
    export TIPOFF_CLOCK
    process_stop "${PHASE_SERVICES[@]}"
    for name in "${PHASE_SERVICES[@]}"; do
        rm -f "$RUN_DIR/address/$name"
        service_start "$name"
    done
    for name in "${PHASE_SERVICES[@]}"; do
        wait_ready "$name"
    done
    write_env
}

# Runs a command that opens one run and follows it to its end. Sets RUN.
day_run() {
    local kind=$1 before
    shift
    before=$(sql "SELECT count(*) FROM nba_orchestration.run WHERE game_date = '$STACK_SLATE'")
    run_watched "$BIN_DIR/tipoff" "$@" --wait >"$RUN_DIR/day.out" || {
        cat "$RUN_DIR/day.out" >&2
        day_fail "this did not end well: tipoff $*"
    }
    RUN=$(sql "SELECT run_id FROM nba_orchestration.run WHERE game_date = '$STACK_SLATE' AND kind = '$kind'
               ORDER BY opened_at DESC LIMIT 1")
    local state after
    state=$(sql "SELECT state FROM nba_orchestration.run WHERE run_id = '$RUN'")
    [ "$state" = complete ] || day_fail "the run of tipoff $1 $2 ended $state"
    after=$(sql "SELECT count(*) FROM nba_orchestration.run WHERE game_date = '$STACK_SLATE'")
    [ "$after" -eq $((before + 1)) ] || day_fail "tipoff $1 $2 opened $((after - before)) runs"
}

# One line of figures about RUN. Sets LINE_PLAYERS (looked at, of all) and LINE_SECONDS.
day_row() {
    local label=$1 report waited fields
    report=$("$BIN_DIR/tipoff" efficiency --run "$RUN" --json)
    # From the last raw task to the trigger of the next phase, where the run waited for siblings.
    waited=$(sql "SELECT round(COALESCE(extract(epoch FROM
                      (SELECT min(triggered_at) FROM nba_orchestration.phase_trigger WHERE run_id = '$RUN' AND phase = 3)
                      - (SELECT max(finished_at) FROM nba_orchestration.task WHERE run_id = '$RUN' AND phase <= 2)), 0), 1)")
    fields=$(jq -er '.runs[0] as $run | (.processors[] | select(.processor == "upcoming_player_game_context")) as $players
        | [$players.processed, $players.changed, $players.total, $run.processed, $run.changed, $run.total,
           ($run.skipped_pct * 10 | round / 10), ($run.seconds * 10 | round / 10)] | @tsv' <<<"$report") ||
        day_fail "tipoff efficiency has no figures of run $RUN: $report"
    local looked rewritten players processed changed total skipped seconds
    IFS=$'\t' read -r looked rewritten players processed changed total skipped seconds <<<"$fields"
    FIGURES+=("$(printf '%-64s %8s %9s %5s %9s %8s %6s %8s %% %7s s %7s s' "$label" "$looked" "$rewritten" "$players" \
        "$processed" "$changed" "$total" "$skipped" "$seconds" "$waited")")
    say "${FIGURES[-1]}"
    LINE_PLAYERS=$looked/$players
    LINE_SECONDS=$seconds
}

# What the derived tables say about the slate.
day_digest() {
    "$BIN_DIR/tipoff" digest --date "$STACK_SLATE" --json |
        jq -er '.tables[] | select(.table | test("^nba_(analytics|precompute|predictions)\\.")) | "\(.table) \(.rows) \(.sha256)"'
}

# Fails unless RUN rewrote the rows of these players, and otherwise rows of their teams only.
day_check() {
    local teams=$1 players=$2 table strangers missing published
    for table in nba_analytics.upcoming_player_game_context nba_precompute.player_composite_factors \
        nba_precompute.ml_feature_store_v2 nba_predictions.player_prop_predictions; do
        strangers=$(sql "SELECT COALESCE(string_agg(DISTINCT t.player_lookup, ' '), '') FROM $table AS t
            JOIN nba_analytics.upcoming_player_game_context AS c USING (game_date, player_lookup)
            WHERE t.game_date = '$STACK_SLATE' AND t.run_id = '$RUN' AND c.team_abbr <> ALL('{$teams}')")
        [ -z "$strangers" ] || day_fail "$table: rewritten without need: $strangers"
    done
    missing=$(sql "SELECT COALESCE(string_agg(p, ' '), '') FROM unnest('{$players}'::text[]) AS p
        WHERE NOT EXISTS (SELECT 1 FROM nba_analytics.upcoming_player_game_context AS c
                          WHERE c.game_date = '$STACK_SLATE' AND c.player_lookup = p AND c.run_id = '$RUN'
                              AND lower(c.player_status) = 'out')")
    [ -z "$missing" ] || day_fail "run $RUN did not carry that these are out: $missing"
    published=$(sql "SELECT count(*) FROM nba_publishing.document WHERE run_id = '$RUN'")
    [ "$published" -gt 0 ] || day_fail "run $RUN published nothing"
}

# The same by full batch: every source asked and everything computed again, which must find nothing to rewrite.
day_full() {
    local before after changed
    before=$(day_digest)
    day_run full run open --kind full --date "$STACK_SLATE"
    day_row "      the same by full batch"
    after=$(day_digest)
    [ "$before" = "$after" ] || {
        diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") >&2 || true
        day_fail "the full batch left other tables than the step before it"
    }
    changed=$(sql "SELECT COALESCE(string_agg(processor_name || ' ' || n, ', '), '') FROM (
        SELECT processor_name, sum(entities_changed) AS n FROM nba_orchestration.pipeline_execution_log
        WHERE run_id = '$RUN' AND phase BETWEEN 3 AND 5 GROUP BY 1 HAVING sum(entities_changed) > 0) AS c")
    [ -z "$changed" ] || day_fail "the full batch rewrote what the step before it had left: $changed"
}

# Prints `game_id<TAB>player_id<TAB>lookup<TAB>team<TAB>name` of the best scorers, one a game, of games that begin in the
# evening and of whom no report speaks.
day_stars() {
    sql "SELECT concat_ws(E'\t', nba_game_id, nba_player_id, player_lookup, team_abbr, player_full_name) FROM (
            SELECT DISTINCT ON (game_id) * FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = '$STACK_SLATE' AND removed_at IS NULL AND player_status IS NULL AND history_games >= 10
                AND tipoff_at > '$(instant 18:30)'
            ORDER BY game_id, points_avg_last_10 DESC NULLS LAST) AS best
        ORDER BY points_avg_last_10 DESC NULLS LAST, player_lookup LIMIT $1"
}

# The day opens its runs and sets its hours itself.
export TIPOFF_PLANNER=false TIPOFF_PREDICTION_CLOCKS=off
unset TIPOFF_CLOCK
STACK_HOUR=11:00
SECONDS=0
stack_start fresh
stack_load
stack_result >/dev/null
RUN=$(sql "SELECT run_id FROM nba_orchestration.run WHERE game_date = '$STACK_SLATE' AND kind = 'full'
           ORDER BY opened_at DESC LIMIT 1")
say
FIGURES+=("$(printf '%-64s %8s %9s %5s %9s %8s %6s %10s %9s %9s' step 'players:' rewritten of 'entities:' rewritten of \
    skipped took waited)")
say "${FIGURES[0]}"
day_row "11:00 full batch"
players=${LINE_PLAYERS#*/}

day_clock 14:00
day_run manual scrape nbac_injury_report --date "$STACK_SLATE"
day_row "13:30 the teams' injury reports of the day"

mapfile -t stars < <(day_stars 3)
[ "${#stars[@]}" -eq 3 ] || day_fail "the evening has ${#stars[@]} games with a player to miss; three are needed"
IFS=$'\t' read -r _ _ lookup team name <<<"${stars[0]}"
day_run delta override player "$lookup" --status out --until "$STACK_SLATE" --reason "hurt in practice"
day_row "14:00 one player's injury ($name, $team)"
afternoon="$LINE_PLAYERS players in ${LINE_SECONDS}s"
day_check "$team" "$lookup"
day_full
afternoon+=" (full ${LINE_SECONDS}s)"

day_clock 18:00
teams='' lookups='' names=''
for star in "${stars[@]:1}"; do
    IFS=$'\t' read -r game player lookup team name <<<"$star"
    jq -n --arg game "$game" --argjson player "$player" \
        '{game_id: $game, player_id: $player, status: "Out", reason: "Rest", from_hour: 17}' |
        curl -fsS --noproxy '*' --max-time 10 --data-binary @- "http://$(read_address sourcesim)/_sim/injury" >/dev/null
    teams+=${teams:+,}$team lookups+=${lookups:+,}$lookup names+=${names:+, }$name
done
day_run manual scrape nbac_injury_report --date "$STACK_SLATE"
day_row "18:00 two line-up changes ($names)"
evening="$LINE_PLAYERS players in ${LINE_SECONDS}s"
day_check "$teams" "$lookups"
day_full
evening+=" (full ${LINE_SECONDS}s)"

say
say "No row of another team's player was rewritten, and every derived table is as the full batch leaves it."
printf '%s\n' "${FIGURES[@]}" >"$RUN_DIR/day.txt"
seconds=$SECONDS
stack_stop
say "day ok: date=$STACK_SLATE players=$players 14:00=\"$afternoon\" 18:00=\"$evening\" seconds=$seconds"
