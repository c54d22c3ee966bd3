#!/usr/bin/env bash
# .venv holds exactly what the lock file names. Uses uv if it is there, pip else.
set -euo pipefail
lock=$1
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Python 3.11 or newer is needed (PYTHON=/path/to/python make ...)"; exit 1; }
if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv -q --python "$python" .venv
  uv pip sync -q -p .venv --require-hashes "$lock"
  uv pip install -q -p .venv --no-deps --no-build-isolation -e .
else
  [ -x .venv/bin/pip ] || "$python" -m venv --clear .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
