# Two commands on a fresh machine: `make demo` and `make test`. `make check` is what CI runs.
# Everything about setting up goes to stderr: stdout belongs to the command that was asked for.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -n auto
# The first interpreter on PATH that is new enough; looked for only where .venv is made.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

.PHONY: help setup demo test needs check lint types imports bench snapshots sweep wheel-test requirements clean

help:
	@echo "make demo [ARGS=…] | setup | test | check | bench | snapshots | sweep | wheel-test | requirements | clean"

setup: .venv/.run
	@:

demo: .venv/.run
	@$(BIN)/visavis demo $(ARGS)

test: needs
	@$(PYTEST)

# Programs from the system, and calendar files other programs wrote.
needs: .venv/.test
	@.ci/needs >&2
	@$(BIN)/python -m tests.real_calendars >&2

check: lint types imports test

lint: .venv/.test
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/codespell

types: .venv/.test
	@$(BIN)/mypy

imports: .venv/.test
	@$(BIN)/lint-imports --no-logo --no-cache

# The same work beside the shortest code that could do it, as ratios.
bench: .venv/.test
	@$(BIN)/python -m tests.bench $(ARGS)

# Rewrites the expected words; review the diff.
snapshots: needs
	@$(PYTEST) --snapshot-update

# Every power cut, every fault, many more examples for every property; CI takes a sample of them.
sweep: needs
	@VISAVIS_SWEEP=all $(PYTEST)

# The suite against the built wheel, away from the source tree.
wheel-test: needs
	@.ci/wheel-test $(ARGS)

requirements: .venv/.test
	@compile="$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --all-extras --group build pyproject.toml"; \
	$$compile --output-file requirements.txt; \
	$$compile --group test --constraints requirements.txt --output-file requirements-test.txt

clean:
	@rm -rf .venv .cache build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# --- .venv: the stamps are newer than what they were made from, so a second run has nothing to do ---

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "visavis needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)" >&2
	@$(PYTHON) -m venv .venv >&2

.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing visavis into .venv" >&2
	@$(PIP) install --no-deps --require-hashes --requirement requirements.txt >&2
	@$(PIP) install --no-deps --no-build-isolation --editable . >&2
	@mkdir -p .venv/share/man/man1 && $(BIN)/visavis man >.venv/share/man/man1/visavis.1
	@touch $@

.venv/.test: requirements-test.txt .venv/.run
	@echo "Installing what the tests need into .venv" >&2
	@$(PIP) install --no-deps --require-hashes --requirement requirements-test.txt >&2
	@touch $@
