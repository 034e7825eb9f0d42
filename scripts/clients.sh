#!/usr/bin/env bash
# Clients that nobody here wrote, against a Tapri of their own; each installs what it needs first, from its lock file.
#   scripts/clients.sh openid-client    the npm package
#   scripts/clients.sh quick-starts     docs/oauth.md in JavaScript, Python and Rust; the openidconnect crate; docs/webhooks.md
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

javascript="$ROOT/backend/test/javascript"
rust="$ROOT/backend/test/rust"

packages() {
  need node "The client tests need Node 20 or newer."
  local wanted
  wanted="$(node --version) $(fingerprint "$javascript/package.json" "$javascript/package-lock.json")"
  unchanged "$javascript/node_modules/.tapri-installed" "$wanted" && return
  (cd "$javascript" && npm ci --no-progress --loglevel=error)
  printf '%s\n' "$wanted" >"$javascript/node_modules/.tapri-installed"
}

packages
case "$1" in
openid-client) "$ROOT/scripts/with-tapri.sh" up node "$javascript/openid_client_test.mjs" ;;
quick-starts)
  (cd "$rust" && cargo build --locked --quiet)
  program="${CARGO_TARGET_DIR:-$rust/target}/debug/openidconnect-test"
  "$ROOT/scripts/python.sh" "$ROOT/scripts/with-tapri.sh" up \
    node "$javascript/quick_starts_test.mjs" python "$program"
  "$ROOT/scripts/python.sh" node "$javascript/webhooks_test.mjs" python
  ;;
*) die "clients.sh: '$1' is neither 'openid-client' nor 'quick-starts'" ;;
esac
