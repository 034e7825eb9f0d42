#!/usr/bin/env bash
# The journeys in a real browser against a real Tapri (frontend/e2e). Arguments go to Playwright.
#   scripts/browser.sh up|split [ARGUMENT...]
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

layout="$1"
shift
command -v chromium >/dev/null || debian_package chromium "The browser tests need Chromium."
CHROMIUM="$(command -v chromium)"
export CHROMIUM
export TAPRI_TEST_PEOPLE="$ROOT/frontend/e2e/support/people.csv"

cd "$ROOT/frontend"
"$ROOT/scripts/with-tapri.sh" "$layout" npx --no-install playwright test "$@"
