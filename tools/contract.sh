# The contract run: what programs of others make of ours. Python's libraries read calendar files and check the signatures
# of a notice; schemathesis drives a demo with requests made from the API's own document, right ones and wrong ones, and
# looks whether the answers are in the document. With CONTRACT_WITH_CLIENTS set, clients that were made from the document call
# every operation, see clients.sh. Sourced by ./test.
# shellcheck shell=bash

# Everything of it: what is installed, and what a run leaves behind to be looked at.
CONTRACT_HOME=target/contract

# Makes the virtual environment with what tools/contract/requirements.txt names, unless it is there.
set_up_contract() {
  has python3 || install_python
  local wanted=tools/contract/requirements.txt venv=$CONTRACT_HOME/venv
  if [ -x "$venv/bin/schemathesis" ] && cmp -s "$wanted" "$venv/installed.txt"; then
    return
  fi
  make_venv "$venv" "$wanted"
}

# Makes a virtual environment with what a file names: make_venv FOLDER FILE
make_venv() {
  local venv=$1 wanted=$2
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  # Some systems ship venv without pip, and say so only when asked to make one.
  python3 -m venv "$venv" >/dev/null 2>&1 || {
    rm -rf "$venv"
    install_python
    python3 -m venv "$venv" || give_up "python3 cannot make a virtual environment"
  }
  local options=(--disable-pip-version-check --quiet --retries 2 --timeout 20 --only-binary :all:)
  "$venv/bin/python" -m pip install "${options[@]}" --requirement "$wanted" \
    || give_up "$wanted could not be installed from the Python package index; see above"
  cp "$wanted" "$venv/installed.txt"
}

install_python() {
  if has apt-get; then
    apt_install "Python with virtual environments" python3 python3-venv
  elif has brew; then
    brew_install "Python" python3
  fi
  has python3 || give_up "python3 is missing: install Python 3.10 or newer"
}

# Runs it on one engine: contract_on ENGINE ARGUMENT…, where further arguments are for schemathesis.
contract_on() {
  local engine=$1 folder=$PWD/$CONTRACT_HOME/$1 database=()
  shift
  if [ "$engine" = postgres ]; then
    # The database that every new server has, which no test uses.
    database=(--database-url "$SLOTKEEPER_TEST_POSTGRES")
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  cp tools/contract/schemathesis.toml tools/contract/hooks.py tools/contract/generous.py "$folder"
  # In a shell of its own, so that the demo is gone when it ends, however it ends.
  (
    trap 'kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    "${CARGO_TARGET_DIR:-target}/debug/slotkeeper" demo --listen 127.0.0.1:0 --credentials-file "$folder/demo.json" \
      ${database[@]+"${database[@]}"} >"$folder/demo.log" 2>&1 9>&- &
    demo=$!
    until [ -s "$folder/demo.json" ]; do
      kill -0 "$demo" 2>/dev/null || give_up "the demo does not start: $(cat "$folder/demo.log")"
      sleep 0.2
    done
    local python=$PWD/$CONTRACT_HOME/venv/bin/python
    PYTHONDONTWRITEBYTECODE=1 "$python" tools/contract/webhooks.py "$folder" 9>&- || give_up "a notice is not as documented"
    if [ -n "${CONTRACT_WITH_CLIENTS-}" ]; then
      call_clients "$folder/demo.json" 9>&- || give_up "a client that was made from the document does not work"
    fi
    # It also starts schemathesis, which takes keys from the environment: a command line can be seen by others.
    PYTHONDONTWRITEBYTECODE=1 "$python" tools/contract/run.py "$folder" "$@" 9>&- || {
      printf '\nThe demo said this and more, in %s:\n' "$folder/demo.log"
      grep -v '^$' "$folder/demo.log" | tail -n 5
      exit 1
    }
  )
}

# Has calendar files of every kind read by Python's icalendar.
calendars_read_by_others() {
  local folder=$PWD/$CONTRACT_HOME/emails
  rm -rf "$folder"
  "${CARGO_TARGET_DIR:-target}/debug/examples/emails" "$folder" >/dev/null
  PYTHONDONTWRITEBYTECODE=1 "$CONTRACT_HOME/venv/bin/python" tools/contract/calendars.py "$folder"
}

# Runs it on the engines that were asked for, or on both: contract_runs [--long] [--sqlite|--postgres] ARGUMENT…
contract_runs() {
  local engines=() examples=40 seed=1
  while [ $# -gt 0 ]; do
    case $1 in
      --long) examples=1000 ;;
      --sqlite | --postgres) engines+=("${1#--}") ;;
      *) break ;;
    esac
    shift
  done
  [ ${#engines[@]} -gt 0 ] || engines=(sqlite postgres)
  step "calendars" calendars_read_by_others
  local engine
  for engine in "${engines[@]}"; do
    if [ "$engine" = postgres ]; then
      # Always one of its own: what is in the environment may be somebody's, and the demo fills the database it is given.
      find_postgres
      step "PostgreSQL" start_postgres
    fi
    # What is given later wins.
    step "contract on $engine" contract_on "$engine" --max-examples "$examples" --seed "$seed" "$@"
  done
}
