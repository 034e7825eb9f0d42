# shellcheck shell=bash
# What every script here shares: where the tree is, how a step is announced and timed, how a missing tool is
# named. Sourced, never run. A script that needs more than this keeps it to itself.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="$ROOT/.cache"
export ROOT CACHE
mkdir -p "$CACHE"

# say WORDS: one line that stands out between the output of tools.
say() { printf '\n== %s\n' "$*"; }

# die WORDS: the last line of a script that gives up.
die() {
  printf '\nFAILED: %s\n' "$*" >&2
  exit 1
}

# step HEADLINE COMMAND...: announces, runs and times; stops the whole script when the command fails.
step() {
  local headline="$1" began=$SECONDS
  shift
  say "$headline"
  "$@" || die "$headline"
  printf '\n== %s: %d s\n' "$headline" $((SECONDS - began))
  STEPS_PASSED=$((${STEPS_PASSED:-0} + 1))
}

# need COMMAND WORDS: stops with WORDS, which say how to get it, when COMMAND is not installed.
need() { command -v "$1" >/dev/null || die "$1 is not installed. $2"; }

# debian_package PACKAGE WORDS: installs PACKAGE as root, else stops with a sentence that says what to install.
debian_package() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "$2 Install it with: sudo apt-get install $1"
  fi
  apt-get update -qq || die "$2 The list of packages could not be fetched."
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null || die "$2 Installing the package $1 failed."
}

# debian_program PROGRAM WORDS: installs the package of that name, unless the program is there already.
debian_program() { command -v "$1" >/dev/null || debian_package "$1" "$2"; }

# fingerprint PATH...: one hash over the names and contents of files and folders.
fingerprint() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# unchanged STAMP HASH: true when HASH is what was last written to STAMP.
unchanged() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
