#!/usr/bin/env bash
# A throwaway PostgreSQL: tools/postgres.sh start|stop FOLDER. Writes FOLDER/env to be sourced.
# Binaries: Debian's packages, PATH, else the wheel pgserver. It will not run as root: own account.
set -euo pipefail
verb=$1 folder=$2

find_binaries() {
  for dir in /usr/lib/postgresql/*/bin; do [ -x "$dir/initdb" ] && echo "$dir" && return; done
  if command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1; then
    dirname "$(command -v initdb)"; return
  fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
    for dir in /usr/lib/postgresql/*/bin; do [ -x "$dir/initdb" ] && echo "$dir" && return; done
  fi
  .venv/bin/python -m pip install -q pgserver >/dev/null 2>&1 || true
  .venv/bin/python -c 'import pathlib, pgserver; print(pathlib.Path(pgserver.__file__).parent / "pginstall" / "bin")'
}

as_owner() {
  if [ "$(id -u)" = 0 ]; then
    id niangjia-pg >/dev/null 2>&1 || useradd --system --no-create-home niangjia-pg
    runuser -u niangjia-pg -- "$@"
  else
    "$@"
  fi
}

bin=$(find_binaries)
case $verb in
  start)
    mkdir -p "$folder"
    chmod 711 "$(dirname "$folder")"
    [ "$(id -u)" = 0 ] && { id niangjia-pg >/dev/null 2>&1 || useradd --system --no-create-home niangjia-pg; chown niangjia-pg "$folder"; }
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_owner "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
      -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c max_connections=100" start >/dev/null
    cat > "$folder/env.tmp" <<EOT
export NIANGJIA_DATABASE=postgresql://postgres@127.0.0.1:$port/niangjia
export NIANGJIA_KEYS_DATABASE=postgresql://postgres@127.0.0.1:$port/niangjia_keys
EOT
    mv "$folder/env.tmp" "$folder/env"
    ;;
  stop) as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop ;;
esac
