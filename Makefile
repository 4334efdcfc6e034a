# Needs python3.11 (with venv) and make, nothing else. `make help` lists what there is.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
JOBS   ?= 3

PACKAGES := $(wildcard rules config models ledgers notifications tasks flows web cli sample)

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
LOCKER  := .venv-lock
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(LOCKER)/bin/pip-compile --quiet \
	--generate-hashes --strip-extras --allow-unsafe --annotation-style=line \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev run test lint format bench lock vendor pictures clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/runtime.stamp ## build .venv with what the program needs
	@:

setup-dev: $(VENV)/dev.stamp ## the same with what the tests and checks need
	@:

run: setup ## set up, then a sample campaign live in this terminal (ARGS="--lapse 5s")
	@$(BIN)/rectiflow demo $(ARGS)

test: setup-dev ## run the tests (ARGS="tests/rules -k extension", JOBS=1 for one at a time)
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup-dev ## check with ruff (rules and format) and mypy (strict)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup-dev ## put the code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev ## measure, each figure beside its floor
	@$(BIN)/python -m bench $(ARGS)

lock: $(LOCKER)/stamp ## renew the pinned requirements (ARGS="--upgrade" takes newer versions)
	@$(COMPILE) $(ARGS) --extra build --output-file requirements.txt pyproject.toml
	@$(COMPILE) $(ARGS) --extra build --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt pyproject.toml
	@! grep -nE '://|^(-i|-f|--(index|extra-index|find-links|trusted))' requirements.txt requirements-dev.txt \
		|| { echo "The lines above carry an address: the lock must hold none." >&2; exit 1; }

vendor: setup ## renew what pages load from npm, by web/static/vendor/manifest.json (needs npm)
	@$(BIN)/python -m web.vendor

pictures: setup-dev ## draw the pictures of the README from the sample (needs Chromium)
	@$(BIN)/python docs/screenshots.py

clean: ## remove .venv and caches, never data
	@rm -rf $(VENV) $(LOCKER) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	@find $(PACKAGES) tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null \
		|| { echo "$(PYTHON) was not found. Install Python 3.11, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# A stamp is written last, so that an interrupted installation is taken up again.
$(VENV)/runtime.stamp: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the program needs into $(VENV) (about a minute the first time)"
	@$(INSTALL) --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) (about a minute the first time)"
	@$(INSTALL) --require-hashes --requirement requirements-dev.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $(VENV)/runtime.stamp $@

$(LOCKER)/stamp:
	@$(PYTHON) -m venv $(LOCKER)
	@$(LOCKER)/bin/python -m pip install --quiet --disable-pip-version-check --no-input pip-tools==7.6.2
	@touch $@
