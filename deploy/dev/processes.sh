# shellcheck shell=bash
# Starts, watches and ends processes by id. Sourced by stack.sh; uses its RUN_DIR, STACK_SERVICES and warn.

# The command that run_watched runs in the background, for stack_stop.
STACK_COMMAND=

# Prints state and start time of a process. The start time tells a process from a later one with the same id.
process_stat() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The name in parentheses may hold anything; fields count from behind it.
    local fields
    read -ra fields <<<"${stat##*) }"
    printf '%s %s\n' "${fields[0]}" "${fields[19]}"
}

# True while the process that was started under this name runs.
process_alive() {
    local name=$1 pid started state now
    { read -r pid <"$RUN_DIR/pid/$name"; } 2>/dev/null || return 1
    { read -r started <"$RUN_DIR/pid/.$name.started"; } 2>/dev/null || return 1
    read -r state now < <(process_stat "$pid") || return 1
    [ "$now" = "$started" ] && [ "$state" != Z ]
}

process_start() {
    local name=$1 pid stat
    shift
    # A session of its own, so that Ctrl-C ends the script, and the script ends the services in order.
    setsid "$@" >"$RUN_DIR/log/$name.log" 2>&1 </dev/null 9>&- &
    pid=$!
    printf '%s\n' "$pid" >"$RUN_DIR/pid/$name"
    stat=$(process_stat "$pid") || stat='X 0'
    printf '%s\n' "${stat#* }" >"$RUN_DIR/pid/.$name.started"
}

process_names() {
    local file
    for file in "$RUN_DIR"/pid/*; do
        [ -f "$file" ] && printf '%s\n' "${file##*/}"
    done
    return 0
}

stack_running() {
    local name
    for name in $(process_names); do
        process_alive "$name" && return 0
    done
    return 1
}

# Ends the named processes together: TERM, 20 s to drain, KILL.
process_stop() {
    local name pid deadline=$((SECONDS + 20)) waiting=()
    for name in "$@"; do
        if process_alive "$name"; then
            read -r pid <"$RUN_DIR/pid/$name"
            kill -TERM "$pid" 2>/dev/null || true
            waiting+=("$name")
        fi
    done
    for name in "${waiting[@]}"; do
        while process_alive "$name"; do
            if [ "$SECONDS" -ge "$deadline" ]; then
                warn "$name did not end within 20 s and is killed"
                read -r pid <"$RUN_DIR/pid/$name"
                kill -KILL "$pid" 2>/dev/null || true
                break
            fi
            sleep 0.05
        done
    done
    for name in "$@"; do
        rm -f "$RUN_DIR/pid/$name" "$RUN_DIR/pid/.$name.started"
    done
}

show_log() {
    local name=$1 lines=${2:-20}
    warn "--- last lines of $RUN_DIR/log/$name.log"
    tail -n "$lines" "$RUN_DIR/log/$name.log" >&2 || true
}

# After a failure: logs of the processes that ended, or else the errors that the living ones logged.
stack_show_failure() {
    local name shown=
    for name in $(process_names); do
        if ! process_alive "$name"; then
            warn "$name has ended"
            show_log "$name"
            shown=yes
        fi
    done
    [ -z "$shown" ] || return 0
    for name in $(process_names); do
        if grep -qiE '"level":"(error|critical)"' "$RUN_DIR/log/$name.log" 2>/dev/null; then
            warn "--- last errors of $RUN_DIR/log/$name.log"
            grep -iE '"level":"(error|critical)"' "$RUN_DIR/log/$name.log" | tail -n 5 >&2
        fi
    done
}

# Runs a command to its end. Gives up when a service ends meanwhile or after 15 minutes.
run_watched() {
    local deadline=$((SECONDS + 900)) name status=0
    "$@" 9>&- &
    STACK_COMMAND=$!
    while kill -0 "$STACK_COMMAND" 2>/dev/null; do
        for name in "${STACK_SERVICES[@]}"; do
            if ! process_alive "$name"; then
                warn "$name ended while this ran: $*"
                end_watched
                return 1
            fi
        done
        if [ "$SECONDS" -ge "$deadline" ]; then
            warn "not done after 15 minutes: $*"
            end_watched
            return 1
        fi
        sleep 0.2
    done
    wait "$STACK_COMMAND" || status=$?
    STACK_COMMAND=
    [ "$status" -eq 0 ] || warn "exit $status: $*"
    return "$status"
}

# A background command of a script ignores Ctrl-C, so it is ended by its id.
end_watched() {
    [ -n "$STACK_COMMAND" ] || return 0
    kill -TERM "$STACK_COMMAND" 2>/dev/null || true
    wait "$STACK_COMMAND" 2>/dev/null || true
    STACK_COMMAND=
}
