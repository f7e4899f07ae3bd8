# What programs make of the API's document that make clients from such documents: openapi-python-client (Python),
# openapi-typescript (TypeScript) and openapi-generator (Rust). Each client is made from docs/openapi.json and calls every
# operation of a demo. Sourced by ./test.
# shellcheck shell=bash

CLIENTS_HOME=$CONTRACT_HOME/clients

# Installs what makes the clients, unless it is there, makes them, and builds what calls them. Versions are pinned in
# tools/contract/clients.
make_clients() {
  has python3 || install_python
  has node && has npm || give_up "node or npm is missing: install Node.js 20 or newer, https://nodejs.org"
  install_generators
  local from=tools/contract/clients python=$CLIENTS_HOME/venv/bin/python
  rm -rf "$CLIENTS_HOME/python" "$CLIENTS_HOME/rust/client" "$CLIENTS_HOME/rust/src"
  mkdir -p "$CLIENTS_HOME/python" "$CLIENTS_HOME/rust/src"
  export PYTHONDONTWRITEBYTECODE=1

  # It says what it could not make, and ends well all the same.
  local said
  said=$("$CLIENTS_HOME/venv/bin/openapi-python-client" generate --path docs/openapi.json --meta none --config "$from/python.yaml" \
    --output-path "$CLIENTS_HOME/python/slotkeeper_client" 2>&1) || give_up "openapi-python-client failed: $said"
  case $said in
    *[Ww]arning* | *[Uu]nable* | *ERROR*) give_up "openapi-python-client left something out: $said" ;;
  esac

  local node=$CLIENTS_HOME/typescript
  "$node/node_modules/.bin/openapi-typescript" docs/openapi.json --output "$node/api.d.ts" >"$node/log.txt" 2>&1 \
    || give_up "openapi-typescript failed: $(cat "$node/log.txt")"
  cp "$from/tsconfig.json" "$node"
  "$python" "$from/write_typescript.py" "$node/calls.ts"
  "$node/node_modules/.bin/tsc" --project "$node" || give_up "the calls do not have the types that openapi-typescript made"

  # Started by the Java that comes with it.
  "$CLIENTS_HOME/venv/bin/openapi-generator-cli" generate --input-spec docs/openapi.json --generator-name rust \
    --output "$CLIENTS_HOME/rust/client" --additional-properties packageName=slotkeeper_client,supportAsync=false,library=reqwest \
    >"$CLIENTS_HOME/rust/log.txt" 2>&1 || give_up "openapi-generator failed: $(tail -n 20 "$CLIENTS_HOME/rust/log.txt")"
  cp "$from/Cargo.toml" "$from/Cargo.lock" "$CLIENTS_HOME/rust"
  "$python" "$from/write_rust.py" "$CLIENTS_HOME/rust/client" "$CLIENTS_HOME/rust/src/main.rs"
  (cd "$CLIENTS_HOME/rust" && CARGO_TARGET_DIR=target cargo build --quiet --locked) \
    || give_up "the calls do not go with the functions that openapi-generator made"
}

install_generators() {
  local from=tools/contract/clients venv=$CLIENTS_HOME/venv node=$CLIENTS_HOME/typescript
  if ! { [ -x "$venv/bin/openapi-python-client" ] && cmp -s "$from/requirements.txt" "$venv/installed.txt"; }; then
    make_venv "$venv" "$from/requirements.txt"
  fi
  if ! cmp -s "$from/package-lock.json" "$node/installed.json"; then
    rm -rf "$node"
    mkdir -p "$node"
    cp "$from/package.json" "$from/package-lock.json" "$node"
    (cd "$node" && npm ci --no-audit --no-fund --silent) || give_up "the generators could not be installed from the npm registry"
    cp "$from/package-lock.json" "$node/installed.json"
  fi
}

# Has each of the clients call every operation: call_clients DEMO.JSON
call_clients() {
  local demo=$1 from=tools/contract/clients python=$CLIENTS_HOME/venv/bin/python said
  "$python" "$from/call.py" "$CLIENTS_HOME/python" "$demo" || return 1
  said=$("$python" "$from/start.py" "$demo" typescript) || return 1
  SLOTKEEPER_CALLS=$said node "$CLIENTS_HOME/typescript/calls.js" || return 1
  said=$("$python" "$from/start.py" "$demo" rust) || return 1
  SLOTKEEPER_CALLS=$said "$CLIENTS_HOME/rust/target/debug/calls" || return 1
}
