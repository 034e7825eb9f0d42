#!/usr/bin/env bash
# Locust against a Tapri of its own, with a community that `tapri seed` makes up, in a temporary directory.
#   scripts/load.sh page      Locust's page at http://localhost:8089; Ctrl-C ends all of it
#   scripts/load.sh report    without the page, for a bounded time; leaves a report, fails on failures or too much memory
#   scripts/load.sh smoke     a few seconds on the debug build: whether locust_test.py still fits
# How much: TAPRI_TEST_LOAD_PEOPLE, TAPRI_TEST_LOAD_POSTS, TAPRI_TEST_LOAD_USERS, TAPRI_TEST_LOAD_TIME (in seconds).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TAPRI_TEST_PASSWORD="a quiet cup of chai"
# All users are one address here, so limits would measure themselves.
export TAPRI_LIMITS__ENABLED=false TAPRI_LOG__LEVEL=warn

seeded() {
  export TAPRI_TEST_SEED="--people ${TAPRI_TEST_LOAD_PEOPLE:-$1} --posts ${TAPRI_TEST_LOAD_POSTS:-$2}"
}

with_locust() {
  "$ROOT/scripts/with-tapri.sh" split "$ROOT/scripts/python.sh" locust --locustfile "$ROOT/backend/test/locust_test.py" "$@"
}

released() {
  export TAPRI_TEST_BINARY="$ROOT/backend/target/release/tapri"
  "$ROOT/scripts/web.sh"
  cargo build --manifest-path "$ROOT/backend/Cargo.toml" --release --locked -p tapri
}

headless() {
  local users="${TAPRI_TEST_LOAD_USERS:-$1}" a_second="$2" seconds="${TAPRI_TEST_LOAD_TIME:-$3}"
  shift 3
  with_locust --headless --users "$users" --spawn-rate "$a_second" --run-time "${seconds}s" --stop-timeout 10 --only-summary "$@"
}

case "${1:-}" in
page)
  released
  seeded 1000 20000
  say "Open http://localhost:8089"
  with_locust --web-host 127.0.0.1 --web-port 8089 --users 60 --spawn-rate 6
  ;;
report)
  released
  seeded 1000 20000
  report="$ROOT/backend/target/load/report.html"
  mkdir -p "$(dirname "$report")"
  headless 60 4 90 --html "$report"
  printf '\nThe report is %s\n' "$report"
  ;;
smoke)
  export TAPRI_PASSWORDS__BCRYPT_COST=4 TAPRI_MEDIA__SIZES=320
  seeded 20 60
  headless 20 20 5
  ;;
*) die "load.sh: say page, report or smoke" ;;
esac
