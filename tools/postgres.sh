# A PostgreSQL server for one run of the tests. Sourced by ./test.
# shellcheck shell=bash

# Sets PG_BIN to a folder that holds PostgreSQL's server programs; installs them where there are none.
find_postgres() {
  look_for_postgres && return
  if has apt-get; then
    apt_install "PostgreSQL" postgresql
  elif has brew; then
    brew_install "PostgreSQL" postgresql@16
  fi
  look_for_postgres || give_up "PostgreSQL's server programs (initdb, pg_ctl, postgres) are missing.
Install your system's package of the PostgreSQL server (Debian, Ubuntu: postgresql; Homebrew: postgresql@16;
Fedora: postgresql-server) and run ./test again. If they are somewhere unusual, put their folder on PATH."
}

look_for_postgres() {
  local folder
  # Later versions sort last and are tried first.
  for folder in \
    "$(dirname "$(type -P initdb || echo /nowhere/initdb)")" \
    "$(pg_config --bindir 2>/dev/null || echo /nowhere)" \
    $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -t/ -k5 -rn) \
    $(printf '%s\n' /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin | sort -r); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
      PG_BIN=$folder
      return 0
    fi
  done
  return 1
}

# Starts a server on a new, empty cluster and exports its address as SLOTKEEPER_TEST_POSTGRES.
#
# A watcher in the background reads from a pipe whose other end only this script holds (descriptor 9). When the
# script ends, in whatever way, the pipe closes, and the watcher stops the server and removes the folder.
start_postgres() {
  # The server does not run as root, and its user must be able to reach the folder.
  PG_USER=()
  local parent=${TMPDIR:-/tmp}
  if [ "$(id -u)" = 0 ]; then
    parent=/tmp
    choose_postgres_user
  fi
  PG_HOME=$(mktemp -d "${parent%/}/slotkeeper-postgres.XXXXXX")
  mkfifo "$PG_HOME/alive"
  (
    trap '' INT TERM HUP
    read -r _ <"$PG_HOME/alive" || true
    as_postgres "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -m immediate -s stop
    rm -rf "$PG_HOME"
  ) >/dev/null 2>&1 &
  PG_WATCHER=$!
  exec 9>"$PG_HOME/alive"
  trap stop_postgres EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM

  if [ ${#PG_USER[@]} -gt 0 ]; then
    chown "$PG_OWNER" "$PG_HOME"
  fi
  as_postgres "$PG_BIN/initdb" -D "$PG_HOME/data" -U slotkeeper --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$PG_HOME/initdb.log" 2>&1 || give_up "initdb failed: $(cat "$PG_HOME/initdb.log")"
  cat >>"$PG_HOME/data/postgresql.conf" <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
# Nobody misses this cluster when the machine stops.
fsync = off
full_page_writes = off
# Commits wait for each other as they do in earnest; without fsync that costs nothing.
synchronous_commit = on
CONF

  local port
  for _ in 1 2 3 4 5 6 7 8; do
    # Below the range from which systems hand out ports of their own accord. A port that is taken fails at once.
    port=$((10240 + RANDOM % 20000))
    if as_postgres "$PG_BIN/pg_ctl" -D "$PG_HOME/data" -l "$PG_HOME/data/log" -o "-p $port" -w -t 60 -s start \
      >"$PG_HOME/start.log" 2>&1 9>&-; then
      export SLOTKEEPER_TEST_POSTGRES=postgres://slotkeeper@127.0.0.1:$port/postgres
      printf '%s\n' "$SLOTKEEPER_TEST_POSTGRES"
      return
    fi
  done
  give_up "PostgreSQL does not start: $(cat "$PG_HOME/start.log" "$PG_HOME/data/log")"
}

# Sets PG_USER to the command that runs a program as an ordinary user, and PG_OWNER to that user.
choose_postgres_user() {
  PG_OWNER=nobody
  if id postgres >/dev/null 2>&1; then
    PG_OWNER=postgres
  fi
  if has runuser; then
    PG_USER=(runuser -u "$PG_OWNER" --)
  elif has setpriv; then
    PG_USER=(setpriv --reuid "$PG_OWNER" --regid "$(id -g "$PG_OWNER")" --clear-groups)
  elif has sudo; then
    PG_USER=(sudo -n -u "$PG_OWNER")
  else
    give_up "PostgreSQL does not run as root, and none of runuser, setpriv and sudo is here to run it as $PG_OWNER."
  fi
}

# The server's user may not be allowed into the folder we are in, and PostgreSQL insists on asking where it is.
as_postgres() {
  (cd / && exec ${PG_USER[@]+"${PG_USER[@]}"} "$@")
}

# Lets the watcher do its work and waits for it.
stop_postgres() {
  trap '' INT TERM HUP
  exec 9>&-
  wait "$PG_WATCHER" || true
}
