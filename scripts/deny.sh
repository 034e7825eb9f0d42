#!/usr/bin/env bash
# cargo-deny: licences, banned crates, sources (backend/deny.toml). Not advisories: those need the network, see CONTRIBUTING.md.
#   scripts/deny.sh install   builds the tool into .cache/tools when it is not there (some minutes, once)
#   scripts/deny.sh           checks
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

version=0.20.2
tool="$CACHE/tools/bin/cargo-deny"

install() {
  if "$tool" --version 2>/dev/null | grep -qx "cargo-deny $version"; then return; fi
  cargo install cargo-deny --version "$version" --locked --debug --quiet --root "$CACHE/tools" --target-dir "$CACHE/tools/target"
  rm -rf "$CACHE/tools/target"
}

case "${1:-check}" in
install) install ;;
check)
  install
  cd "$ROOT/backend"
  "$tool" --locked --offline --log-level warn check --hide-inclusion-graph bans licenses sources
  ;;
*) die "deny.sh: '$1' is neither 'install' nor nothing" ;;
esac
