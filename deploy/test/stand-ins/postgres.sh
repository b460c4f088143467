#!/bin/sh
# What the image `postgres` does with POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE, with Debian's server.
set -eu
data=${PGDATA:-/var/lib/postgresql/data}
bin=/usr/lib/postgresql/17/bin
mkdir -p "$data" /run/postgresql
chown postgres: "$data" /run/postgresql
chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ] && [ -n "${POSTGRES_STANDBY_OF:-}" ]; then
  PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") gosu postgres "$bin/pg_basebackup" --pgdata "$data" \
    --host "$POSTGRES_STANDBY_OF" --username "$POSTGRES_USER" --write-recovery-conf --checkpoint fast
elif [ ! -s "$data/PG_VERSION" ]; then
  gosu postgres "$bin/initdb" --pgdata "$data" --username "$POSTGRES_USER" --pwfile "$POSTGRES_PASSWORD_FILE" \
    --auth-local trust --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 >/dev/null
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  echo "host replication all all scram-sha-256" >>"$data/pg_hba.conf"
  gosu postgres "$bin/pg_ctl" --pgdata "$data" --wait --options "-c listen_addresses=''" start >/dev/null
  gosu postgres psql --quiet --username "$POSTGRES_USER" --dbname postgres --command "create database \"$POSTGRES_DB\""
  gosu postgres "$bin/pg_ctl" --pgdata "$data" --wait stop >/dev/null
fi
exec gosu postgres "$bin/postgres" -D "$data" -c listen_addresses='*' "$@"
