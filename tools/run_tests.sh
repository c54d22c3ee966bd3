#!/usr/bin/env bash
# `make test`: SQLite whole, browser journeys, then PostgreSQL for models, services, concurrency.
set -euo pipefail
mode=${1:-fast}
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
work=$(mktemp -d "${TMPDIR:-/tmp}/niangjia-test.XXXXXX")
trap 'bash tools/postgres.sh stop "$work/pg" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export NIANGJIA_HOME="$work/home"
unset NIANGJIA_DATABASE NIANGJIA_KEYS_DATABASE
bash tools/browser.sh
if [ "$mode" = slow ]; then
  bash tools/interop.sh
  echo "== slow drills"
  .venv/bin/pytest -m slow -n 2
  exit 0
fi
if [ "$mode" = faults ]; then
  echo "== faults: kills, attacks, losses of power"
  drills=(tests/witnesses/test_kills.py tests/faults/test_attack.py tests/faults/test_power.py)
  .venv/bin/pytest -s -m slow "${drills[@]}"
  exit 0
fi
echo "== SQLite"
.venv/bin/pytest -m "not slow and not journey" -n 2
echo "== browser journeys"
.venv/bin/pytest -m "journey and not slow" -n 2 --dist loadfile  # a site per process
echo "== PostgreSQL"
bash tools/postgres.sh start "$work/pg"
# shellcheck disable=SC1091
. "$work/pg/env"
export NIANGJIA_HOME="$work/home-pg"
.venv/bin/pytest -m "both and not slow and not journey" -n 2
