#!/usr/bin/env bash
# `make test`: everything that must hold before a change goes in. Each step is a function; name some to run only those:
#   scripts/test.sh                 all of them, in the order of `all`
#   scripts/test.sh lint openapi    those two
# To add a check, add a function and its name to `all`: cheap ones first, so that a mistake is told early.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

all=(scripts web lint rust docs mongodb redis proxies openapi schemathesis browser split authlib mail load openid_client quick_starts deny)
export CARGO_TERM_PROGRESS_WHEN=never
STEPS_PASSED=0

in_backend() { (cd "$ROOT/backend" && "$@"); }
in_frontend() { (cd "$ROOT/frontend" && "$@"); }
smtp_server() { "$ROOT/scripts/python.sh" python "$ROOT/backend/test/mail_test.py"; }
authlib_client() { "$ROOT/scripts/python.sh" "$ROOT/scripts/with-tapri.sh" up python "$ROOT/backend/test/authlib_test.py"; }
# Without limits, which would answer most of it, and with passwords that are hashed fast.
ask_everything() {
  TAPRI_LIMITS__ENABLED=false TAPRI_PASSWORDS__BCRYPT_COST=4 TAPRI_TEST_PEOPLE="$ROOT/backend/test/people.csv" \
    "$ROOT/scripts/python.sh" "$ROOT/scripts/with-tapri.sh" up python "$ROOT/backend/test/schemathesis_test.py"
}
shellcheck_scripts() { (cd "$ROOT" && shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run .githooks/*); }

# Debian's shellcheck where it is or can be had; elsewhere the scripts are checked by whoever has it.
scripts() {
  if ! command -v shellcheck >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    debian_package shellcheck "The scripts are checked with shellcheck."
  fi
  if command -v shellcheck >/dev/null; then step "Shell scripts" shellcheck_scripts; fi
}

web() {
  step "Web app: packages and build" "$ROOT/scripts/web.sh"
  step "Web app: types" in_frontend npm run --silent check
  step "Web app: lint" in_frontend npm run --silent lint
  step "Web app: unit tests" in_frontend npm run --silent test
}

lint() {
  step "Rust: format" in_backend cargo fmt --all --check
  step "Rust: clippy" in_backend cargo clippy --workspace --all-targets --test mongodb --test redis --test proxies --locked --quiet -- -D warnings
}

rust() {
  step "Rust: build" in_backend cargo build --workspace --locked --quiet
  step "Rust: tests" in_backend cargo test --workspace --locked --quiet
  # The last thing to compile; it needs nothing of ours, so the slow clients below run meanwhile.
  nice -n 19 "$ROOT/scripts/deny.sh" install >"$CACHE/deny-install.log" 2>&1 &
  deny_install=$!
}

docs() { step "What the documentation names is there" "$ROOT/scripts/docs.sh"; }

redis() {
  debian_program redis-server "Limits that many machines share are tried on a real Redis server."
  step "Limits on a real Redis server" in_backend cargo test --workspace --locked --quiet --test redis
}

proxies() {
  debian_program caddy "Tapri is tried behind Caddy."
  [ -x /usr/sbin/nginx ] || debian_program nginx "Tapri is tried behind nginx."
  step "The story behind Caddy, nginx and our own TLS" in_backend cargo test --workspace --locked --quiet --test proxies
}

# The engine's own tests, the first story in both layouts, and two auth servers of which one is killed; all other stories by
# `make test-mongo`.
mongodb() {
  step "Stores on MongoDB" in_backend "$ROOT/scripts/with-mongodb.sh" cargo test --workspace --locked --quiet --test mongodb
}

openapi() {
  step "OpenAPI document and types are not stale" "$ROOT/scripts/openapi.sh" check
  step "Nothing breaks what was released" "$ROOT/scripts/contract.sh" check
  step "What would break it is seen" "$ROOT/scripts/contract.sh" test
}
schemathesis() { step "Schemathesis: every route, asked by nobody, a person and an admin" ask_everything; }
browser() { step "Browser journeys, one process" "$ROOT/scripts/browser.sh" up; }
split() { step "Browser journey, three processes" "$ROOT/scripts/browser.sh" split --project=phone journey; }
mail() { step "Mail by aiosmtpd, a server nobody here wrote, over TLS" smtp_server; }
authlib() { step "Authlib, a client nobody here wrote" authlib_client; }
load() { step "Locust, a few seconds: readers, posters, apps" "$ROOT/scripts/load.sh" smoke; }
openid_client() { step "openid-client, another one" "$ROOT/scripts/clients.sh" openid-client; }
quick_starts() { step "openidconnect, a third, and the quick starts of the documentation" "$ROOT/scripts/clients.sh" quick-starts; }

deny() {
  if [ -n "${deny_install:-}" ] && ! wait "$deny_install"; then
    cat "$CACHE/deny-install.log" >&2
    die "cargo-deny could not be built"
  fi
  step "Licences, banned crates, sources" "$ROOT/scripts/deny.sh" check
}

# In a whole run some steps go on beside others, in a process of their own that gives way to them; what they said is shown when
# they are awaited. The checks of the web app fill what Clippy leaves of the processors. The clients fill what the browser does: it
# waits more than it works, each of them asks a Tapri of its own, and none compiles anything of ours.
clients=(schemathesis authlib mail openid_client quick_starts)
declare -A going=()

# begin NAME...: those steps, beside what follows.
begin() {
  # A group of its own, to be ended as a whole, in the same session, so that `nice` counts.
  set -m
  nice -n 19 "${BASH_SOURCE[0]}" "$@" >"$CACHE/beside-$1.log" 2>&1 &
  set +m
  going[$1]=$!
}

# await NAME...: the steps that began under these names.
await() {
  local status=0
  wait "${going[$1]}" || status=$?
  unset "going[$1]"
  sed -E '/^(Everything passed|steps: )/d' "$CACHE/beside-$1.log"
  [ "$status" = 0 ] || die "one of: $*"
  STEPS_PASSED=$((STEPS_PASSED + $(grep -cE '^== .*: [0-9]+ s$' "$CACHE/beside-$1.log")))
}

end_all() { for group in "${going[@]}"; do kill -- "-$group" 2>/dev/null || true; done; }

everything() {
  trap end_all EXIT
  for name in "${all[@]}"; do
    case " ${clients[*]} " in *" $name "*) continue ;; esac
    case "$name" in
    web)
      # What Rust needs of it comes first.
      step "Web app: packages and build" "$ROOT/scripts/web.sh"
      begin web
      ;;
    rust)
      await web
      rust
      ;;
    browser)
      begin "${clients[@]}"
      browser
      ;;
    deny)
      await "${clients[@]}"
      deny
      ;;
    *) "$name" ;;
    esac
  done
}

some() {
  for name in "$@"; do
    [[ " ${all[*]} " == *" $name "* ]] || die "test.sh knows no step '$name', only: ${all[*]}"
    "$name"
  done
}

began=$SECONDS
if [ $# = 0 ]; then everything; else some "$@"; fi
printf '\nEverything passed in %d s.\nsteps: %d passed, 0 failed\n' $((SECONDS - began)) "$STEPS_PASSED"
