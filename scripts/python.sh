#!/usr/bin/env bash
# The one .venv of the Python test tools; installs when backend/test/requirements.txt changed, then runs COMMAND in it.
#   scripts/python.sh COMMAND...
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need python3 "The client tests need Python 3.11."
requirements="$ROOT/backend/test/requirements.txt"
wanted="$(python3 --version) $(fingerprint "$requirements")"
if ! unchanged "$ROOT/.venv/.tapri-installed" "$wanted"; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian_package python3-venv "The client tests need Python's venv module."
  python3 -m venv --clear "$ROOT/.venv"
  "$ROOT/.venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  printf '%s\n' "$wanted" >"$ROOT/.venv/.tapri-installed"
fi

PATH="$ROOT/.venv/bin:$PATH" exec "$@"
