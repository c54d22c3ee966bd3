#!/usr/bin/env bash
# Software of others that benchmarks measure beside ours, in .setup/peers: an environment that ours
# never sees.
set -euo pipefail
cd "$(dirname "$0")/.."
here=.setup/peers lock=requirements/peers.lock
if ! cmp -s "$lock" "$here/lock"; then
  rm -rf "$here"
  mkdir -p "$here"
  "${PYTHON:-python3}" -m venv "$here/venv"
  pip=("$here/venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes)
  "${pip[@]}" --no-deps -r <(grep -A99 '^setuptools==' "$lock")  # others are built with it
  "${pip[@]}" --no-deps --no-build-isolation -r "$lock"
  cp "$lock" "$here/lock"
fi
