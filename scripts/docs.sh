#!/usr/bin/env bash
# Is what the documentation names there? Links and files, `make` targets, steps of `make test`, sub-commands of `tapri`, and each
# test in the last column of docs/principles.md. It does not judge whether the words are true.
#   scripts/docs.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TAPRI_TEST_BINARY="${TAPRI_TEST_BINARY:-$ROOT/backend/target/debug/tapri}"
cd "$ROOT"
need node "The documentation is checked with Node."
documents=(README.md ARCHITECTURE.md CONTRIBUTING.md docs/*.md docs/decisions/*.md)
wrong=0

fault() {
  echo "$1" >&2
  wrong=1
}

# `tapri WORD…` in the documents, as far as its words are sub-commands.
commands() { grep -ohE '`(target/release/)?tapri( [a-z][a-z-]+)+' "${documents[@]}" | sed -E 's/^`[^ ]* //' | sort -u; }

while read -r words; do
  # shellcheck disable=SC2086 # Words of a command.
  "$TAPRI_TEST_BINARY" ${words} --help >/dev/null 2>&1 || fault "there is no command: tapri $words"
done < <(commands)

node scripts/docs.mjs "${documents[@]}" || wrong=1
[ "$wrong" = 0 ] || die "the documentation names what is not there"
