#!/usr/bin/env bash
# Runs a command with a MongoDB server to test on: the one at TAPRI_TEST_MONGODB_URI where that is set, else a SecantusDB of
# its own, fresh, on a free port, stopped by its own process id afterwards. It is installed when it is not there yet.
#   scripts/with-mongodb.sh COMMAND...
# The command finds TAPRI_TEST_MONGODB_URI in its environment: an address without a database.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ -n "${TAPRI_TEST_MONGODB_URI:-}" ]; then exec "$@"; fi

environment="$CACHE/mongodb"
install_server() {
  need python3 "The MongoDB tests need Python 3.11."
  local requirements="$ROOT/backend/test/mongodb-requirements.txt" wanted
  wanted="$(python3 --version) $(fingerprint "$requirements")"
  if unchanged "$environment/.installed" "$wanted"; then return; fi
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian_package python3-venv "The MongoDB tests need Python's venv module."
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  printf '%s\n' "$wanted" >"$environment/.installed"
}

# The process that answers on a port, as the server itself says; nothing while none answers.
answering() {
  "$environment/bin/python" - "$1" 2>/dev/null <<'PYTHON'
import sys
from pymongo import MongoClient
client = MongoClient("127.0.0.1", int(sys.argv[1]), serverSelectionTimeoutMS=500)
print(client.admin.command("serverStatus")["pid"])
PYTHON
}

# Starts it on a port below the range from which the system hands out its own; another one where that is taken.
start_server() {
  local port
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    "$environment/bin/secantusd-py" --host 127.0.0.1 --port "$port" --storage-path "$work/data" --cache-size 256M \
      >"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
      kill -0 "$server" 2>/dev/null || break
      if grep -q "listening on 127.0.0.1:$port" "$work/log" && [ "$(answering "$port")" = "$server" ]; then
        export TAPRI_TEST_MONGODB_URI="mongodb://127.0.0.1:$port"
        return
      fi
      sleep 0.1
    done
    stop_server
  done
  cat "$work/log" >&2
  die "the MongoDB server for the tests did not start"
}

stop_server() {
  kill -TERM "$server" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
}

finish() {
  local status=$?
  if [ -n "${server:-}" ]; then stop_server; fi
  if [ "$status" != 0 ]; then tail -n 20 "$work/log" >&2 || true; fi
  rm -rf "$work"
  exit "$status"
}

work="$(mktemp -d)"
trap finish EXIT
install_server
start_server
"$@"
