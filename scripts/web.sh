#!/usr/bin/env bash
# The web app: installs its packages when the lock file changed, builds it when a source changed.
#   scripts/web.sh packages   npm packages only
#   scripts/web.sh            packages, then frontend/build
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

packages() {
  need node "Tapri's web app needs Node 20 or newer."
  need npm "Tapri's web app needs npm."
  local wanted
  wanted="$(node --version) $(fingerprint package.json package-lock.json)"
  unchanged node_modules/.tapri-installed "$wanted" && return
  say "Installing the web app's packages"
  npm ci --no-progress --loglevel=error
  printf '%s\n' "$wanted" >node_modules/.tapri-installed
}

# What the built app depends on: everything in frontend that git would keep, but the tests.
# (Building writes into project.inlang, where only the settings are ours.)
sources() {
  find . \( -name node_modules -o -name build -o -name .svelte-kit -o -name e2e -o -name test-results \
    -o -name playwright-report -o -name paraglide -o -name project.inlang \) -prune \
    -o -type f ! -name '*.test.ts' -print0
  printf 'project.inlang/settings.json\0'
}

build() {
  local wanted
  wanted="$(sources | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)"
  if [ -f build/index.html ] && unchanged "$CACHE/web-built" "$wanted"; then return; fi
  say "Building the web app"
  npm run --silent build -- --logLevel warn
  node "$ROOT/scripts/compress.mjs" build
  printf '%s\n' "$wanted" >"$CACHE/web-built"
}

cd "$ROOT/frontend"
packages
[ "${1:-}" = packages ] || build
