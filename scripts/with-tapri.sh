#!/usr/bin/env bash
# Runs a command against a real Tapri of its own: fresh data, free ports, stopped by its own process id afterwards.
# Fails when the command fails, and also when a server does not stop cleanly.
#   scripts/with-tapri.sh up COMMAND...      both servers and the gateway in one process
#   scripts/with-tapri.sh split COMMAND...   `tapri auth`, `tapri resource` and `tapri web` as three processes
# TAPRI_TEST_PEOPLE=FILE: people who are there from the start, as `tapri admin import-users` reads them; the first is an admin.
# The command finds TAPRI_ORIGIN, TAPRI_TEST_RESOURCE_URL, TAPRI_TEST_BINARY and TAPRI_TEST_PIDS in its environment.
# With TAPRI_TEST_SEED ("--people 10 --posts 50") and TAPRI_TEST_PASSWORD there is a community from the beginning.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

layout="$1"
shift
TAPRI_TEST_BINARY="${TAPRI_TEST_BINARY:-$ROOT/backend/target/debug/tapri}"
work="$(mktemp -d)"
pids=() named=()

# Ports below the range from which the system hands out its own, so that nothing takes them meanwhile.
free_ports() {
  python3 - "$1" <<'PYTHON'
import random, socket, sys
taken = []
while len(taken) < int(sys.argv[1]):
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", random.randrange(20000, 32000)))
        taken.append(listener)
    except OSError:
        listener.close()
print(*(listener.getsockname()[1] for listener in taken))
PYTHON
}

start() {
  "$TAPRI_TEST_BINARY" "$1" >"$work/$1.log" 2>&1 &
  pids+=($!)
  named+=("$1=$!")
  for _ in $(seq 300); do
    grep -q 'is ready' "$work/$1.log" && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/$1.log" >&2
  die "tapri $1 did not start"
}

# Last started, first stopped: the gateway lets go before what stands behind it.
stop() {
  local status=0 i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || true
    wait "${pids[i]}" || status=$?
  done
  pids=()
  return "$status"
}

finish() {
  local status=$?
  stop || { [ "$status" != 0 ] || { status=1; echo "Tapri did not stop cleanly" >&2; }; }
  if [ "$status" != 0 ]; then tail -n 40 "$work"/*.log >&2 || true; fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

read -r gateway resource auth < <(free_ports 3)
export TAPRI_TEST_BINARY
export TAPRI_ORIGIN="http://localhost:$gateway" TAPRI_TEST_RESOURCE_URL="http://127.0.0.1:$resource"
export TAPRI_DATA="$work/data"
export TAPRI_GATEWAY__LISTEN="127.0.0.1:$gateway" TAPRI_RESOURCE__LISTEN="127.0.0.1:$resource"
export TAPRI_AUTH__LISTEN="127.0.0.1:$auth"

if [ -n "${TAPRI_TEST_PEOPLE:-}" ]; then
  "$TAPRI_TEST_BINARY" admin import-users "$TAPRI_TEST_PEOPLE" >"$work/people.log" 2>&1
  "$TAPRI_TEST_BINARY" admin role "$(sed -n '2s/,.*//p' "$TAPRI_TEST_PEOPLE")" admin >>"$work/people.log" 2>&1
fi
if [ -n "${TAPRI_TEST_SEED:-}" ]; then
  # shellcheck disable=SC2086 # these are words of a command
  "$TAPRI_TEST_BINARY" seed $TAPRI_TEST_SEED --password "$TAPRI_TEST_PASSWORD"
fi

case "$layout" in
up) start up ;;
split) for part in auth resource web; do start "$part"; done ;;
*) die "with-tapri.sh: '$layout' is neither 'up' nor 'split'" ;;
esac

TAPRI_TEST_PIDS="$(IFS=,; echo "${named[*]}")"
export TAPRI_TEST_PIDS
"$@"
