#!/usr/bin/env bash
# Renew the lock files: hashes, no registry address. Needs uv.
set -euo pipefail
compile=(uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url
  --no-emit-find-links --no-header --no-annotate -q pyproject.toml --extra build --extra site --extra postgres)
"${compile[@]}" -o requirements/site.lock
"${compile[@]}" --extra dev -o requirements/dev.lock
