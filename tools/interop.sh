#!/usr/bin/env bash
# Software of others that our log is held against, in .setup/interop: Go's own library for such logs
# with our small program over it, and Python packages in an environment that ours never sees.
set -euo pipefail
cd "$(dirname "$0")/.."
here=.setup/interop lock=requirements/interop.lock source=tests/interop/check.go
library=/usr/share/gocode

go_is_there() { command -v go >/dev/null 2>&1 && [ -d "$library/src/golang.org/x/mod/sumdb" ]; }
if ! go_is_there; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Go and its library of transparency logs ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq golang-go golang-golang-x-mod-dev >/dev/null
  fi
  go_is_there || { echo "Needed: sudo apt install golang-go golang-golang-x-mod-dev"; exit 1; }
fi

if ! cmp -s "$lock" "$here/lock"; then
  rm -rf "$here/venv" "$here/lock"
  "${PYTHON:-python3}" -m venv "$here/venv"
  # Two packages say that they need Python 3.12 and run on 3.11; each file must still have its hash.
  "$here/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
    --ignore-requires-python --require-hashes -r "$lock"
  cp "$lock" "$here/lock"
fi

if [ ! -x "$here/check" ] || [ "$source" -nt "$here/check" ]; then
  GO111MODULE=off GOPATH=$library GOCACHE=$PWD/$here/go-cache go build -o "$here/check" "$source"
fi
