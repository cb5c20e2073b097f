#!/bin/sh
# Makes the login with which Grafana reads the database: it may read and nothing else. Waits until the database is migrated, because
# the role tipoff_readonly comes from there. Run again it sets the password anew.
#   PGHOST, PGUSER, PGPASSWORD, PGDATABASE   of a login that may create roles
#   GRAFANA_DATABASE_PASSWORD                the new login's password
set -eu

: "${GRAFANA_DATABASE_PASSWORD:?set it to the password that Grafana will use}"

tries=0
until [ "$(psql -XAtc "SELECT count(*) FROM pg_roles WHERE rolname = 'tipoff_readonly'")" = 1 ]; do
    tries=$((tries + 1))
    if [ "$tries" -ge 120 ]; then
        echo 'login: the role tipoff_readonly is not there: run tipoff migrate' >&2
        exit 1
    fi
    sleep 1
done

psql -Xq -v ON_ERROR_STOP=1 -v password="$GRAFANA_DATABASE_PASSWORD" <<'SQL'
SELECT 'CREATE ROLE tipoff_grafana LOGIN' WHERE NOT EXISTS (
    SELECT 1 FROM pg_roles WHERE rolname = 'tipoff_grafana') \gexec
ALTER ROLE tipoff_grafana LOGIN INHERIT CONNECTION LIMIT 8 PASSWORD :'password';
ALTER ROLE tipoff_grafana SET default_transaction_read_only = on;
ALTER ROLE tipoff_grafana SET statement_timeout = '30s';
GRANT tipoff_readonly TO tipoff_grafana;
SQL
echo 'login: tipoff_grafana may read'
