#!/usr/bin/env bash
# .venv holds exactly what the lock file names. uv does it in seconds: from PATH, else from its
# wheel (.setup/uv); where that fails, pip does it.
set -euo pipefail
lock=$1
python=${PYTHON:-python3}
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Python 3.11 or newer is needed (PYTHON=/path/to/python make ...)"; exit 1; }

find_uv() {
  command -v uv && return
  if [ ! -x .setup/uv/bin/uv ]; then
    "$python" -m venv .setup/uv >/dev/null 2>&1 &&
      .setup/uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes \
        -r requirements/uv.lock >/dev/null 2>&1 || return 1
  fi
  echo .setup/uv/bin/uv
}

with_uv() {
  [ -x .venv/bin/python ] || "$uv" venv -q --python "$python" .venv || return 1
  "$uv" pip sync -q -p .venv --require-hashes "$lock" || return 1
  "$uv" pip install -q -p .venv --no-deps --no-build-isolation -e . || return 1
}

if uv=$(find_uv) && with_uv 2>.setup-uv.log; then
  rm -f .setup-uv.log
else
  rm -f .setup-uv.log
  [ -x .venv/bin/pip ] || "$python" -m venv --clear .venv
  .venv/bin/python -m pip install -q -q --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install -q -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
