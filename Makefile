# make run   sets everything up and runs the monitor        make test   sets everything up and runs every check
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARCH := $(shell uname -m)
# Faust has wheels for x86-64 only; elsewhere its pure Python build takes seconds.
PIP_FLAGS := $(if $(filter x86_64 amd64,$(ARCH)),,--no-binary faust-streaming)
# One more than there are cores: many tests wait for brokers and processes.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')

.PHONY: help setup setup-dev run test coverage check kafka run-kafka storm bench bench-matching bench-quality fuzz \
  reload-storm lock lexicon schema clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "install the venv module of Python first"; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml packaging/backend.py $(wildcard monitor/matching/kernel/*.[ch]) | $(BIN)/python
	NO_CYTHON=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(PIP_FLAGS) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	NO_CYTHON=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(PIP_FLAGS) -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.runtime ## what the monitor needs, in .venv

setup-dev: $(VENV)/.dev

var/inbox: examples/raqqa.ar.txt
	@mkdir -p var/inbox
	@cp examples/raqqa.ar.txt var/inbox/

run: setup | var/inbox ## run the monitor here, embedded; Ctrl-C stops it
	@$(BIN)/monitor run

test: setup-dev check ## every check: style, types, import contracts, tests
	$(BIN)/python -m pytest -n $(JOBS)

coverage: setup-dev ## the tests with coverage reported; tracing makes them half as fast again
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

kafka: setup-dev ## a Kafka broker in the foreground, from its jars (needs Java and Maven)
	@$(BIN)/python -m tests.kafka.broker --folder var/kafka --port 9092

run-kafka: setup | var/inbox ## run the monitor on Kafka at 127.0.0.1:9092, started again when its watchdog ends it
	@while :; do MONITOR_RUNTIME=kafka $(BIN)/monitor run; code=$$?; [ $$code -eq 75 ] || exit $$code; sleep 1; done

storm: setup-dev ## kill -9 at random under load: make storm ARGS="--runtime kafka --kills 20 --seed 1"
	@$(BIN)/python -m tests.storm $(ARGS)

bench: setup-dev ## speed, latency, memory: make bench ARGS="--runtime embedded"
	@$(BIN)/python -m tests.bench $(ARGS)

bench-matching: setup-dev ## the engine beside Lucene Monitor, a raw scan, regular expressions: make bench-matching ARGS="--quick"
	@$(BIN)/python -m tests.bench.matching $(ARGS)

bench-quality: setup-dev ## precision, recall, F1 on the gold set: make bench-quality ARGS="--errors"
	@$(BIN)/python -m tests.gold $(ARGS)

fuzz: setup-dev ## hostile articles against the compiled kernel under AddressSanitizer: make fuzz ARGS="--seconds 600"
	@$(BIN)/python -m tests.matching.fuzz $(ARGS)

reload-storm: setup-dev ## rules edited at random while articles flow: make reload-storm ARGS="--seconds 120"
	@$(BIN)/python -m tests.reload $(ARGS)

lexicon: setup-dev ## make rules/entities/countries.yaml anew from CLDR and the tables in tools/lexicon
	$(BIN)/python -m tools.lexicon.countries

schema: setup ## make the JSON Schemas in rules/schema anew
	$(BIN)/monitor schema --write rules/schema

lock: ## make the locks anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what was built; var/ with its data stays
	rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
