# Two commands: `make up` and `make test`. All they leave lies in this folder.
SHELL := /bin/bash
PY := .venv/bin/python
export NIANGJIA_HOME ?= $(CURDIR)/var
# Where this is set, each start of a program compiles all its libraries again: seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up test test-slow faults check bench bundle setup lock translations clean

setup: .setup/python .setup/assets .setup/translations

.setup/python: requirements/dev.lock pyproject.toml tools/make_environment.sh
	@bash tools/make_environment.sh requirements/dev.lock
	@mkdir -p .setup && touch $@

.setup/assets: package-lock.json tools/build_assets.mjs tools/verify_page.mjs $(shell find src/niangjia -name '*.html' -o -path '*/ui/assets/*' -o -path '*/witness/page/*' 2>/dev/null)
	@npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --silent
	@npm run --silent build
	@mkdir -p .setup && touch $@

.setup/translations: .setup/python $(shell find src/niangjia -name '*.po' 2>/dev/null)
	@$(PY) tools/translations.py compile
	@mkdir -p .setup && touch $@

up: setup
	@.venv/bin/niangjia up $(if $(PORT),--port $(PORT))

test: setup
	@bash tools/run_tests.sh

test-slow: setup
	@bash tools/run_tests.sh slow

faults: setup
	@NIANGJIA_KILLS=1000 NIANGJIA_ATTACKS=10000 NIANGJIA_LOSSES=500 bash tools/run_tests.sh faults

check: setup
	.venv/bin/ruff check src tests tools bench
	.venv/bin/ruff format --check src tests tools bench
	.venv/bin/lint-imports --no-cache --no-logo 2>/dev/null || .venv/bin/lint-imports --no-cache
	.venv/bin/mypy
	$(PY) -m django makemigrations --check --dry-run --settings niangjia.config.settings
	$(PY) tools/translations.py check
	$(PY) tools/openapi.py check

bench: setup
	@$(PY) -m bench

bundle: setup
	@$(PY) tools/bundle.py

lock:
	bash tools/lock.sh

translations: setup
	$(PY) tools/translations.py update

clean:
	rm -rf .venv node_modules .setup src/niangjia/ui/static/ui/build
