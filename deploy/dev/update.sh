# shellcheck shell=bash
# One player's status changes while somebody looks at the page. Sourced by demo.sh; uses stack.sh.

# Prints the player whose status is to change: the first pick that stands, else the best scorer with a prediction who is
# not out.
update_player() {
    local page=$1 picks=
    if picks=$(curl -fs --noproxy '*' --max-time 10 "$page/v1/documents/best-bets/$STACK_SLATE"); then
        picks=$(jq -r '[.data.picks[] | select(.state == "active")][0].player_lookup // empty' <<<"$picks") || return 1
    fi
    [ -z "$picks" ] || { printf '%s\n' "$picks" && return; }
    curl -fsS --noproxy '*' --max-time 10 "$page/v1/slates/current" |
        jq -er '[.data.games[].players[] | select(.prediction != null and .injury_status != "out")]
            | max_by(.season_ppg // 0).player_lookup'
}

# Milliseconds of a clock that goes on.
milliseconds() { date +%s%3N; }

# Says that a player is out, waits until the stream of the page tells it and the page shows it, and says how long both
# took. Fails when the page does not switch within 30 s. Sets UPDATE_RESULT.
stack_update() {
    local page player before after events=$RUN_DIR/log/page-events stream command started told shown
    page=http://$(read_address publishing)
    player=$(update_player "$page") || {
        warn "no player of the slate has a prediction"
        return 1
    }
    before=$(slate_version "$page") || return 1
    # As a browser listens.
    curl -sN --noproxy '*' --max-time 60 "$page/v1/stream?topics=slate:current" >"$events" 2>/dev/null 9>&- &
    stream=$!
    wait_event hello "$events" "$stream" || return 1

    say "one player's status changes: $player is out"
    started=$(milliseconds)
    "$BIN_DIR/tipoff" override player "$player" --status out --until "$STACK_SLATE" --reason "left warm-up" \
        >"$RUN_DIR/log/override.log" 2>&1 9>&- &
    command=$!
    wait_event slate.updated "$events" "$stream" || {
        cat "$RUN_DIR/log/override.log" >&2
        return 1
    }
    told=$(milliseconds)
    curl -fsS --noproxy '*' --max-time 10 "$page/players/$STACK_SLATE/$player" >"$RUN_DIR/log/page.html" || return 1
    shown=$(milliseconds)
    kill "$stream" 2>/dev/null || true
    wait "$stream" 2>/dev/null || true
    wait "$command" || {
        cat "$RUN_DIR/log/override.log" >&2
        return 1
    }
    grep -q 'badge out' "$RUN_DIR/log/page.html" || {
        warn "the page was told and does not show that $player is out"
        return 1
    }
    after=$(slate_version "$page") || return 1
    [ "$after" -gt "$before" ] || {
        warn "the slate has version $after, as before"
        return 1
    }
    say "the page was told: $(grep -A1 '^event: slate.updated' "$events" | sed -n 2p)"
    # shellcheck disable=SC2034 # for the caller
    UPDATE_RESULT="$player out, slate version $before -> $after: told after $(seconds_of $((told - started))) s, on the page after $(seconds_of $((shown - started))) s"
}

slate_version() {
    curl -fsS --noproxy '*' --max-time 10 "$1/v1/slates/current" | jq -er .version
}

# Waits until an event stands in the file. Ends the stream and fails after 30 s.
wait_event() {
    local name=$1 file=$2 stream=$3 deadline
    deadline=$(($(milliseconds) + 30000))
    until grep -qs "^event: $name" "$file"; do
        if [ "$(milliseconds)" -ge "$deadline" ]; then
            warn "the stream of the page did not tell $name within 30 s"
            kill "$stream" 2>/dev/null || true
            return 1
        fi
        sleep 0.01
    done
}

# 1234 as 1.234.
seconds_of() { printf '%d.%03d\n' $(($1 / 1000)) $(($1 % 1000)); }
