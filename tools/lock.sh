#!/usr/bin/env bash
# Renew the lock files: hashes, no registry address. Needs uv.
set -euo pipefail
options=(--universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q)
compile=(uv pip compile --python-version 3.11 "${options[@]}"
  pyproject.toml --extra build --extra site --extra postgres)
"${compile[@]}" -o requirements/site.lock
"${compile[@]}" --extra dev -o requirements/dev.lock
# Two of them say that they need 3.12; they run on 3.11, see tools/interop.sh.
uv pip compile --python-version 3.12 "${options[@]}" requirements/interop.in -o requirements/interop.lock
uv pip compile --python-version 3.11 "${options[@]}" requirements/peers.in -o requirements/peers.lock
