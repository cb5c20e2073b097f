# shellcheck shell=bash
# The private PostgreSQL cluster of the development stack. Sourced by stack.sh; uses its RUN_DIR, STACK_OWNS and warn.

free_port() {
    local port
    for _ in {1..100}; do
        # Below the range that the kernel gives to outgoing connections.
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s\n' "$port"
            return 0
        fi
    done
    warn "no free port between 20000 and 32000"
    return 1
}

postgres_bin() {
    local candidate newest=
    for candidate in /usr/lib/postgresql/*/bin; do
        if [ -x "$candidate/initdb" ]; then
            newest=$(printf '%s\n%s\n' "$newest" "$candidate" | sort -V | tail -n 1)
        fi
    done
    if [ -z "$newest" ] && command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ]; then
        newest=$(pg_config --bindir)
    fi
    if [ -z "$newest" ]; then
        warn "no PostgreSQL server is installed: make setup"
        return 1
    fi
    printf '%s\n' "$newest"
}

# PostgreSQL refuses to run as root; then its own system user runs it.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        env -C / runuser -u postgres -- "$@"
    else
        env -C / "$@"
    fi
}

# Prints the cluster's directory: data, password and log lie in it. Beside the checkout when the system user cannot
# get there (a home directory that is closed to others).
postgres_directory() {
    local record=$RUN_DIR/postgres.path directory
    if [ -s "$record" ] && read -r directory <"$record" && [ -d "$directory" ]; then
        printf '%s\n' "$directory"
        return 0
    fi
    directory=$RUN_DIR/postgres
    if [ "$(id -u)" -eq 0 ]; then
        if as_postgres test -x "$RUN_DIR"; then
            install -d -m 700 -o postgres -g postgres "$directory"
        else
            directory=$(mktemp -d "${TMPDIR:-/tmp}/tipoff-postgres.XXXXXX")
            chown postgres:postgres "$directory"
            if ! as_postgres test -x "$directory"; then
                warn "user postgres can reach neither $RUN_DIR nor $directory: set TMPDIR or TIPOFF_RUN_DIR"
                rmdir "$directory"
                return 1
            fi
        fi
    else
        install -d -m 700 "$directory"
    fi
    printf '%s\n' "$directory" >"$record"
    printf '%s\n' "$directory"
}

postgres_create() {
    local directory=$1 bin=$2
    od -An -tx1 -N16 /dev/urandom | tr -d ' \n' | as_postgres dd "of=$directory/password" status=none
    as_postgres chmod 600 "$directory/password"
    as_postgres "$bin/initdb" -D "$directory/data" -U tipoff --pwfile="$directory/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >"$RUN_DIR/log/initdb.log" 2>&1 || {
        show_log initdb
        return 1
    }
    # Durable like a real one (fsync stays on); the rest suits one machine without replicas.
    as_postgres dd "of=$directory/data/postgresql.conf" conv=notrunc oflag=append status=none <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '128MB'
wal_level = minimal
max_wal_senders = 0
max_wal_size = '4GB'
checkpoint_timeout = '30min'
jit = off
# A load fills empty tables within seconds; plans have to follow.
autovacuum_naptime = 1s
# make bench measures a hop from the commit before it.
track_commit_timestamp = on
CONF
}

# Starts the private cluster and sets TIPOFF_DATABASE_URL.
postgres_start() {
    local directory bin port password
    bin=$(postgres_bin) || return 1
    directory=$(postgres_directory) || return 1
    [ -s "$directory/data/PG_VERSION" ] || postgres_create "$directory" "$bin" || return 1
    # Left behind by a script that was killed.
    if as_postgres "$bin/pg_ctl" -D "$directory/data" status >/dev/null 2>&1; then
        postgres_stop
    fi
    for _ in {1..5}; do
        port=$(free_port) || return 1
        if as_postgres "$bin/pg_ctl" -D "$directory/data" -w -t 60 -l "$directory/log" -o "-p $port" start \
            >"$RUN_DIR/log/postgres.log" 2>&1 </dev/null 9>&-; then
            password=$(cat "$directory/password")
            PGPASSWORD=$password "$bin/psql" -XqAt -h 127.0.0.1 -p "$port" -U tipoff -d postgres \
                -v ON_ERROR_STOP=1 >/dev/null <<'SQL' || return 1
SELECT 'CREATE DATABASE tipoff' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tipoff') \gexec
SQL
            export TIPOFF_DATABASE_URL="postgresql://tipoff:$password@127.0.0.1:$port/tipoff"
            STACK_OWNS+=(TIPOFF_DATABASE_URL)
            return 0
        fi
        # Somebody took the port between the look and the start: the next round takes another one.
        grep -q 'Address already in use' "$directory/log" || break
    done
    warn "PostgreSQL did not start"
    warn "--- last lines of $directory/log"
    tail -n 20 "$directory/log" >&2 || true
    return 1
}

postgres_stop() {
    local directory bin
    [ -s "$RUN_DIR/postgres.path" ] || return 0
    read -r directory <"$RUN_DIR/postgres.path"
    [ -f "$directory/data/postmaster.pid" ] || return 0
    bin=$(postgres_bin) || return 1
    as_postgres "$bin/pg_ctl" -D "$directory/data" -m fast -w -t 30 stop >/dev/null 2>&1 ||
        as_postgres "$bin/pg_ctl" -D "$directory/data" -m immediate -w -t 10 stop >/dev/null 2>&1 ||
        warn "PostgreSQL in $directory did not stop"
}
