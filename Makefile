# `make help` says what there is. Nothing is installed outside this folder and the user's cache folder.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# What the caller's shell has set for other projects must not reach this one.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX PYTEST_ADDOPTS
# Servers of the user's own, for `make test` and `make run`.
ifdef MONGODB_URI
export MONGODB_URI
endif
ifdef KAFKA_BOOTSTRAP_SERVERS
export KAFKA_BOOTSTRAP_SERVERS
endif

PYTHON := .venv/bin/python
STAMP := .venv/.fengqiao-setup
PYTEST := $(PYTHON) -m pytest -ra
# `make test` has one fault of each kind; every service's kill points and outages in full belong here.
FAULTS := tests/faults $(wildcard tests/integration/*/test_kill_points.py tests/integration/*/test_outages.py)
ONCE ?=
DATA ?=
ARGS ?=

.PHONY: help setup run test test-faults check contracts check-data bench bench-long clean

help: ## Say what there is
	@echo "make run [ONCE=1]      set up, start everything, play the food-street brawl (S1), keep a city living"
	echo "make test              set up and run the suite on servers of its own"
	echo "                       (MONGODB_URI=… KAFKA_BOOTSTRAP_SERVERS=… uses yours)"
	echo "make test-faults       kill points and outages in full (20 minutes)"
	echo "make check             formatting, lint, types, architecture"
	echo "make contracts         write schemas, AsyncAPI, OpenAPI and examples anew"
	echo "make check-data DATA=… what needs the reference data"
	echo "make bench             load against a system of its own; make bench-long takes longer"
	echo "make setup             only set up; make clean removes what was made"

setup: $(STAMP) ## Create .venv, fetch the libraries of the local servers, build the page
	@$(PYTHON) -m fengqiao.cli page

$(STAMP): uv.lock pyproject.toml fengqiao/local/jars.lock $(wildcard fengqiao/local/*.java)
	@python=""
	for name in python3.11 python3.12 python3.13 python3.14 python3 python; do
	  if command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (4,))' 2>/dev/null; then
	    python=$$(command -v $$name); break
	  fi
	done
	if [ -z "$$python" ]; then
	  echo "Python 3.11 or newer is needed and was not found: install it and run make again." >&2; exit 3
	fi
	uv=$$(command -v uv || true)
	if [ -z "$$uv" ]; then
	  uv=.venv-bootstrap/bin/uv
	  if [ ! -x "$$uv" ]; then
	    "$$python" -m venv .venv-bootstrap \
	      || { echo "Python's venv module is missing: install it (Debian: python3-venv) and run make again." >&2; exit 3; }
	    .venv-bootstrap/bin/python -m pip install --quiet uv
	  fi
	fi
	# Compiled here: where Python may not write bytecode, every process would compile two thousand modules at its start.
	"$$uv" sync --frozen --quiet --compile-bytecode --python "$$python"
	$(PYTHON) -m compileall -q fengqiao services simulation tests
	$(PYTHON) -m fengqiao.cli jars
	touch $@

run: setup ## Start everything and play S1
	@exec $(PYTHON) -m fengqiao.cli up --story S1 --city gaoqiao $(if $(ONCE),--once)

test: setup ## The suite, without the long fault tests
	@$(PYTEST) -n 3 --dist loadfile --ignore-glob='*/test_kill_points.py' --ignore-glob='*/test_outages.py' $(ARGS)

test-faults: setup ## Kill points and outages in full
	@$(PYTEST) -n 2 $(FAULTS) $(ARGS)

check: setup ## Formatting, lint, types, architecture
	@$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

contracts: setup ## Schemas, examples, AsyncAPI and OpenAPI as the code says them
	@$(PYTHON) -m fengqiao.cli.contracts
	$(PYTHON) -m fengqiao.cli.openapi

check-data: setup ## What needs the reference data: make check-data DATA=folder
	@if [ -z "$(DATA)" ] || [ ! -d "$(DATA)" ]; then echo "make check-data DATA=folder: the folder with the reference data is needed." >&2; exit 2; fi
	FENGQIAO_CHECK_DATA="$(abspath $(DATA))" $(PYTEST) tests/data $(ARGS)

bench: setup ## Measure a system of its own; prints a table and writes build/bench.json
	@$(PYTHON) -m tests.bench $(ARGS)

bench-long: setup ## What takes longer than make bench may
	@$(PYTHON) -m tests.bench --long $(ARGS)
	$(PYTHON) -m tests.bench.history
	$(PYTHON) -m tests.bench.replay

clean: ## Remove what was made here (not the data in .fengqiao)
	@rm -rf .venv .venv-bootstrap build web/node_modules services/commandroom/static/app .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
