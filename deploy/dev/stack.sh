# shellcheck shell=bash
# The development stack: a private PostgreSQL cluster, devbroker, sourcesim and the nine services, all on loopback.
# Sourced by demo.sh, up.sh, down.sh and by benchmarks; it runs nothing by itself.
#
#   TIPOFF_RUN_DIR       where everything lies (default: .run in the checkout); two directories are two stacks
#   TIPOFF_BIN_DIR       executables (default: .build/release); set, nothing is built
#   TIPOFF_DATA_DIR      real data for sourcesim (default: ../shared/data when present, else a generated league)
#   TIPOFF_DEMO_DATE     the slate to run (default: 2024-01-15 with real data, else what sourcesim suggests)
#   TIPOFF_KAFKA_BROKERS, TIPOFF_DATABASE_URL, TIPOFF_OBJECT_STORE   replace the embedded ones
#
# A caller sets `set -euo pipefail`, calls stack_lock, then stack_start, and stack_stop from its EXIT trap.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RUN_DIR=$(realpath -m "${TIPOFF_RUN_DIR:-$ROOT/.run}")
BIN_DIR=${TIPOFF_BIN_DIR:-$ROOT/.build/release}
DATA_DIR=${TIPOFF_DATA_DIR:-$ROOT/../shared/data}
# Settings of these scripts, not of the executables, which point out variables that they do not know.
export -n TIPOFF_RUN_DIR TIPOFF_BIN_DIR TIPOFF_DATA_DIR TIPOFF_DEMO_DATE

readonly ALL_SERVICES=(
    scrapers raw phase2-to-phase3 analytics phase3-to-phase4 precompute phase4-to-phase5 predictions publishing
)
STACK_SERVICES=("${ALL_SERVICES[@]}")
# Whether the operations page is started beside the services: for stacks that stay.
STACK_CONSOLE=
STACK_OWNS=()
# The Eastern wall clock at which the services believe to start.
STACK_HOUR=09:00
# shellcheck source=deploy/dev/postgres.sh
. "$ROOT/deploy/dev/postgres.sh"
# shellcheck source=deploy/dev/processes.sh
. "$ROOT/deploy/dev/processes.sh"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# Variables of a stack's own .run/env must not become the settings of the next one: its addresses end with it.
stack_forget_own_env() {
    local owned
    for owned in ${STACK_OWNED:-}; do
        unset "$owned"
    done
    unset STACK_OWNED
}

# Services of the phases "a-b" or "a". An orchestrator belongs to the phase that it closes.
stack_select() {
    local range=$1 first last
    if [[ ! $range =~ ^[1-6](-[1-6])?$ ]]; then
        warn "PHASES is a phase or a range of phases from 1 to 6, for example 1-2; got: $range"
        return 2
    fi
    first=${range%-*} last=${range#*-}
    if [ "$first" -gt "$last" ]; then
        warn "PHASES begins after it ends: $range"
        return 2
    fi
    local phase_of=(1 2 2 3 3 4 4 5 6) index
    STACK_SERVICES=()
    for index in "${!ALL_SERVICES[@]}"; do
        if [ "${phase_of[index]}" -ge "$first" ] && [ "${phase_of[index]}" -le "$last" ]; then
            STACK_SERVICES+=("${ALL_SERVICES[index]}")
        fi
    done
}

# One script at a time works on a run directory. Processes that stay do not inherit the lock (9>&-).
stack_lock() {
    install -d -m 755 "$RUN_DIR"
    exec 9>"$RUN_DIR/lock"
    if ! flock -n 9; then
        warn "another demo, up or down is at work in $RUN_DIR"
        return 1
    fi
}

# --- addresses ------------------------------------------------------------------------------------------------------

# Prints host:port from an address file.
read_address() {
    local address
    { read -r address || [ -n "$address" ]; } <"$RUN_DIR/address/$1" || return 1
    address=${address#*://}
    printf '%s\n' "${address%/}"
}

# Waits until the process wrote its address, and prints it. Fails when it ends before or after 30 s.
wait_address() {
    local name=$1 deadline=$((SECONDS + 30))
    while [ ! -s "$RUN_DIR/address/$name" ]; do
        if ! process_alive "$name"; then
            warn "$name ended before it listened"
            show_log "$name"
            return 1
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            warn "$name did not write its address within 30 s"
            show_log "$name"
            return 1
        fi
        sleep 0.05
    done
    read_address "$name"
}

# Waits until /readyz answers 200.
wait_ready() {
    local name=$1 deadline=$((SECONDS + 45)) address answer
    address=$(wait_address "$name") || return 1
    until answer=$(curl -fsS --noproxy '*' --max-time 3 "http://$address/readyz" 2>&1); do
        if ! process_alive "$name"; then
            warn "$name ended before it was ready"
            show_log "$name"
            return 1
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            warn "$name is not ready after 45 s: ${answer:-no answer} $(curl -sS --noproxy '*' --max-time 3 "http://$address/readyz" 2>&1)"
            show_log "$name"
            return 1
        fi
        sleep 0.1
    done
}

# Removes the cluster, the objects and the mark that says what was loaded.
stack_forget_state() {
    local directory
    if [ -s "$RUN_DIR/postgres.path" ]; then
        read -r directory <"$RUN_DIR/postgres.path"
        case $directory in
            "$RUN_DIR/postgres" | */tipoff-postgres.??????) rm -rf "$directory" ;;
            *) warn "$directory is not a directory of this stack and stays" ;;
        esac
    fi
    rm -rf "$RUN_DIR/postgres.path" "$RUN_DIR/objects" "$RUN_DIR/loaded"
}

# --- the stack ------------------------------------------------------------------------------------------------------

tipoff() {
    "$BIN_DIR/tipoff" "$@"
}

build_release() {
    [ -z "${TIPOFF_BIN_DIR:-}" ] || return 0
    say "building release (the first build takes some minutes)"
    (cd "$ROOT" && swift build -c release 9>&-)
}

# Ends the stack however its script ends; a failure shows the services' last lines first.
stack_end_at_exit() {
    trap stack_ended EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

stack_ended() {
    local status=$?
    trap - EXIT INT TERM
    [ "$status" -eq 0 ] || stack_show_failure
    stack_stop
    exit "$status"
}

# For a script that needs a stack of its own from nothing to its end: prerequisites, the directory and the executables.
stack_claim() {
    stack_forget_own_env
    "$ROOT/deploy/dev/setup.sh"
    stack_lock
    if stack_running; then
        warn "a stack runs in $RUN_DIR already: make down first"
        exit 1
    fi
    build_release
    stack_end_at_exit
}

service_start() {
    local name=$1 source settings=(
        TIPOFF_HTTP_HOST=127.0.0.1 TIPOFF_HTTP_PORT=0
        "TIPOFF_ADDRESS_FILE=$RUN_DIR/address/$1" "TIPOFF_LOG_FILE=$RUN_DIR/log/$1.jsonl"
        "TIPOFF_DATABASE_ROLE=tipoff_${1//-/_}"
    )
    if [ "$name" = scrapers ]; then
        source=http://$(read_address sourcesim)
        settings+=(
            "TIPOFF_SOURCE_URL=$source" TIPOFF_SOURCE_ALLOW_PRIVATE=true
            "TIPOFF_ODDS_API_KEY=${TIPOFF_ODDS_API_KEY:-development}"
            "TIPOFF_BETTINGPROS_API_KEY=${TIPOFF_BETTINGPROS_API_KEY:-development}"
            "TIPOFF_BALLDONTLIE_API_KEY=${TIPOFF_BALLDONTLIE_API_KEY:-development}"
            "TIPOFF_DRIVE_TOKEN=${TIPOFF_DRIVE_TOKEN:-development}"
        )
    fi
    process_start "$name" env "${settings[@]}" "$BIN_DIR/$name"
}

# Exports every address for a shell, and puts tipoff on its PATH. Readable by the owner only: it has the password.
write_env() {
    local name variable address
    (
        umask 077
        {
            say "# Source this file: . $RUN_DIR/env"
            for variable in TIPOFF_KAFKA_BROKERS TIPOFF_DATABASE_URL TIPOFF_OBJECT_STORE TIPOFF_TOPIC_PREFIX \
                TIPOFF_KAFKA_SETTINGS TIPOFF_CLOCK TIPOFF_WATCH_CONSUMERS TIPOFF_RESTART_COMMAND; do
                if [ -n "${!variable:-}" ]; then
                    printf 'export %s=%q\n' "$variable" "${!variable}"
                fi
            done
            for name in sourcesim "${STACK_SERVICES[@]}"; do
                address=$(read_address "$name")
                variable=${name//-/_}
                printf 'export STACK_URL_%s=http://%s\n' "${variable^^}" "$address"
            done
            if process_alive console; then
                printf 'export TIPOFF_CONSOLE_URL=http://%s\n' "$(read_address console)"
            fi
            printf 'export TIPOFF_LOG_DIR=%q\n' "$RUN_DIR/log"
            printf 'export STACK_OWNED=%q\n' "${STACK_OWNS[*]}"
            # shellcheck disable=SC2016 # expanded by the shell that sources it
            printf 'case ":$PATH:" in *:%q:*) ;; *) export PATH=%q:"$PATH" ;; esac\n' "$BIN_DIR" "$BIN_DIR"
        } >"$RUN_DIR/env"
    )
}

# Asks sourcesim what it serves. Sets STACK_SOURCE (real or generated), STACK_SLATE and STACK_SEASON_START.
read_source() {
    local address=$1 health
    health=$(curl -fsS --noproxy '*' --max-time 30 "http://$address/_sim/health") || return 1
    STACK_SOURCE=$(jq -er .source <<<"$health") || return 1
    STACK_SLATE=$(jq -er .suggested_slate <<<"$health") || return 1
    STACK_SEASON_START=$(jq -er .season_start <<<"$health") || return 1
    # The reference slate of the real data: eleven games whose results the tests know.
    if [ "$STACK_SOURCE" = real ] && [ -z "${TIPOFF_DEMO_DATE:-}" ]; then
        STACK_SLATE=2024-01-15
    fi
    STACK_SLATE=${TIPOFF_DEMO_DATE:-$STACK_SLATE}
}

# Starts everything and returns when each service is ready. `fresh` begins with an empty cluster.
stack_start() {
    local mode=${1:-keep} name address source_arguments=() origin=generated
    if [ -d "$DATA_DIR" ]; then
        origin=$(cd "$DATA_DIR" && pwd -P)
        source_arguments=(--data "$origin")
    fi
    # What is kept must come from the same source.
    if [ "$mode" = fresh ] || { [ -s "$RUN_DIR/loaded" ] && [ "$(cat "$RUN_DIR/loaded")" != "$origin" ]; }; then
        postgres_stop
        stack_forget_state
    fi
    rm -rf "$RUN_DIR/log" "$RUN_DIR/address" "$RUN_DIR/pid" "$RUN_DIR/env"
    install -d -m 755 "$RUN_DIR/log" "$RUN_DIR/address" "$RUN_DIR/pid"
    for name in tipoff sourcesim "${STACK_SERVICES[@]}" ${STACK_CONSOLE:+console}; do
        if [ ! -x "$BIN_DIR/$name" ]; then
            warn "$BIN_DIR/$name is missing: make release"
            return 1
        fi
    done

    if [ -z "${TIPOFF_OBJECT_STORE:-}" ]; then
        install -d -m 755 "$RUN_DIR/objects"
        export TIPOFF_OBJECT_STORE=$RUN_DIR/objects
        STACK_OWNS+=(TIPOFF_OBJECT_STORE)
    fi
    process_start sourcesim "$BIN_DIR/sourcesim" --address-file "$RUN_DIR/address/sourcesim" "${source_arguments[@]}"
    local embedded_broker=
    if [ -z "${TIPOFF_KAFKA_BROKERS:-}" ]; then
        embedded_broker=yes
        process_start devbroker "$BIN_DIR/devbroker" --address-file "$RUN_DIR/address/devbroker" \
            --topics "$ROOT/topics.yaml"
    fi
    if [ -z "${TIPOFF_DATABASE_URL:-}" ]; then
        say "starting a private PostgreSQL cluster"
        postgres_start || return 1
    else
        say "using the database of TIPOFF_DATABASE_URL"
    fi
    if [ -n "$embedded_broker" ]; then
        TIPOFF_KAFKA_BROKERS=$(wait_address devbroker) || return 1
        export TIPOFF_KAFKA_BROKERS
        # The embedded broker does not wake a waiting fetch.
        export TIPOFF_KAFKA_SETTINGS="${TIPOFF_KAFKA_SETTINGS:+$TIPOFF_KAFKA_SETTINGS;}fetch.wait.max.ms=8"
        # Nor does it tell of consumer groups.
        export TIPOFF_WATCH_CONSUMERS="${TIPOFF_WATCH_CONSUMERS:-false}"
        STACK_OWNS+=(TIPOFF_KAFKA_BROKERS TIPOFF_KAFKA_SETTINGS TIPOFF_WATCH_CONSUMERS)
        say "devbroker listens on $TIPOFF_KAFKA_BROKERS"
    else
        say "using the broker of TIPOFF_KAFKA_BROKERS: $TIPOFF_KAFKA_BROKERS"
    fi
    address=$(wait_address sourcesim) || return 1
    if ! read_source "$address"; then
        warn "sourcesim does not say what it serves"
        show_log sourcesim
        return 1
    fi
    say "sourcesim serves the ${STACK_SOURCE} league on http://$address"

    # The slate's day has begun: the planner and status see the slate as today's.
    if [ -z "${TIPOFF_CLOCK:-}" ]; then
        TIPOFF_CLOCK=$(date -u -d "TZ=\"America/New_York\" $STACK_SLATE $STACK_HOUR" +%Y-%m-%dT%H:%M:%SZ)
        export TIPOFF_CLOCK
        STACK_OWNS+=(TIPOFF_CLOCK)
    fi
    if [ -z "${TIPOFF_RESTART_COMMAND:-}" ]; then
        # What alerts and `tipoff status` tell to type.
        export TIPOFF_RESTART_COMMAND='make restart SERVICE={service}'
        STACK_OWNS+=(TIPOFF_RESTART_COMMAND)
    fi
    if [ -z "${TIPOFF_BUILD_COMMIT:-}" ]; then
        TIPOFF_BUILD_COMMIT=$(git -C "$ROOT" rev-parse --short=12 HEAD 2>/dev/null || say unknown)
        export TIPOFF_BUILD_COMMIT
    fi

    tipoff migrate || return 1
    # The embedded broker creates the topics itself; a real one is told to.
    [ -n "$embedded_broker" ] || tipoff topics apply || return 1
    tipoff topics check || return 1

    for name in "${STACK_SERVICES[@]}"; do
        service_start "$name"
    done
    [ -z "$STACK_CONSOLE" ] || service_start console
    for name in "${STACK_SERVICES[@]}" ${STACK_CONSOLE:+console}; do
        wait_ready "$name" || return 1
    done
    [ -z "$STACK_CONSOLE" ] || STACK_OWNS+=(TIPOFF_CONSOLE_URL)
    write_env
    say "${#STACK_SERVICES[@]} services are ready: ${STACK_SERVICES[*]}"
}

# Loads the season up to the slate, then the slate itself, all through the services. What a date's own features and
# predictions would be is nobody's input, so the dates before the slate end with Phase 3.
stack_load() {
    local eve
    eve=$(date -u -d "$STACK_SLATE - 1 day" +%Y-%m-%d)
    say "loading $STACK_SEASON_START to $eve, phases 1 to 3"
    run_watched "$BIN_DIR/tipoff" backfill run --from "$STACK_SEASON_START" --to "$eve" --until-phase 3 --wait ||
        return 1
    say "running the slate of $STACK_SLATE, phases 1 to 6"
    run_watched "$BIN_DIR/tipoff" run open --kind full --date "$STACK_SLATE" --wait || return 1
    if [ -d "$DATA_DIR" ]; then
        (cd "$DATA_DIR" && pwd -P) >"$RUN_DIR/loaded"
    else
        say generated >"$RUN_DIR/loaded"
    fi
}

# Prints "players=N predictions=N published=PATH" for the slate, or fails when there is nothing.
stack_result() {
    local status
    status=$(tipoff status --date "$STACK_SLATE" --json) || {
        # A verdict that is not "ok" has exit code 1 and still says what there is.
        [ -n "$status" ] || return 1
    }
    jq -er 'if ((.players // 0) > 0) and ((.predictions // 0) > 0) and ((.published // "") != "")
        then "players=\(.players) predictions=\(.predictions) published=\(.published)" else empty end' <<<"$status" && return
    warn "the slate of $STACK_SLATE has no published predictions:"
    warn "$status"
    return 1
}

# Says where everything listens.
stack_describe() {
    local name
    # What people look at comes first.
    for name in "${STACK_SERVICES[@]}"; do
        [ "$name" != publishing ] || printf '%-17s http://%s/\n' "the page" "$(read_address publishing)"
    done
    if process_alive console; then
        printf '%-17s http://%s/\n' console "$(read_address console)"
        printf '%-17s %s\n' '' 'its first user: tipoff console user add NAME --role operator'
    fi
    # Without the password.
    printf '%-17s %s\n' broker "$TIPOFF_KAFKA_BROKERS" \
        database "$(sed -E 's|(://[^:/@]*):[^@]*@|\1@|' <<<"$TIPOFF_DATABASE_URL")" \
        objects "$TIPOFF_OBJECT_STORE" sourcesim "http://$(read_address sourcesim)"
    for name in "${STACK_SERVICES[@]}"; do
        printf '%-17s http://%s\n' "$name" "$(read_address "$name")"
    done
}

# Services first, because they drain through the broker and the database.
stack_stop() {
    end_watched
    process_stop "${ALL_SERVICES[@]}" console
    process_stop sourcesim devbroker
    postgres_stop
    rm -f "$RUN_DIR/env"
}
