#!/usr/bin/env bash
# The contract: openapi/v1.json is what the routes say, the web app's API types are what that file says.
#   scripts/openapi.sh write   makes both anew
#   scripts/openapi.sh check   fails when either is stale
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TAPRI_TEST_BINARY="${TAPRI_TEST_BINARY:-$ROOT/backend/target/debug/tapri}"
types=src/lib/api/schema.d.ts

document() { "$TAPRI_TEST_BINARY" openapi; }
types_of() { (cd "$ROOT/frontend" && npx --no-install openapi-typescript "$ROOT/openapi/v1.json" --output "$1" >/dev/null); }

case "$1" in
write)
  mkdir -p "$ROOT/openapi"
  document >"$CACHE/v1.json"
  mv "$CACHE/v1.json" "$ROOT/openapi/v1.json"
  (cd "$ROOT/frontend" && npm run --silent api)
  ;;
check)
  document >"$CACHE/v1.json"
  diff -u "$ROOT/openapi/v1.json" "$CACHE/v1.json" || die "openapi/v1.json is not what the routes say. Run: make openapi"
  types_of "$CACHE/schema.d.ts"
  cmp "$ROOT/frontend/$types" "$CACHE/schema.d.ts" || die "frontend/$types is stale. Run: make openapi"
  ;;
*) die "openapi.sh: '$1' is neither 'write' nor 'check'" ;;
esac
