# Two commands: `make demo` runs the main job, `make test` the tests. Both install what they need into .venv first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install anew up down status logs demo replay check test-fast test test-all bench lock compose-env clean

# Thousands of tests in processes of their own would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STATE := $(or $(EVERGREEN_STATE_DIR),.evergreen)
STACK := $(BIN)/python -m evergreen.stack
PYTHON ?=
# "anew" where .venv has another Python than the one that is asked for.
ANEW := $(if $(PYTHON),$(shell [ ! -x $(BIN)/python ] || [ "$$($(BIN)/python -V 2>&1)" = "$$($(PYTHON) -V 2>&1)" ] || echo anew))

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP)  ## Install the locked dependencies into .venv (PYTHON=python3.12 chooses another Python)

$(STAMP): requirements.txt pyproject.toml $(ANEW)
	@python=$$(.ci/python $(PYTHON)) && uv=$$(.ci/bootstrap "$$python") && \
	{ [ -z "$(ANEW)" ] && [ -x $(BIN)/python ] && $(BIN)/python -c "" 2>/dev/null || \
	  "$$uv" venv --quiet --clear --no-python-downloads --python "$$(command -v "$$python")" $(VENV); } && \
	echo "Installing the locked dependencies into $(VENV) …" && \
	VIRTUAL_ENV=$(VENV) "$$uv" pip sync --quiet --require-hashes --compile-bytecode requirements.txt && \
	VIRTUAL_ENV=$(VENV) "$$uv" pip install --quiet --no-deps --no-build-isolation --editable . && \
	touch $@

anew:
	@python=$$(.ci/python $(PYTHON)) && \
	echo "$(VENV) has $$($(BIN)/python -V 2>&1): building it anew with $$("$$python" -V); a stack that runs is stopped …"
	@$(STACK) down >/dev/null 2>&1 || true

up: install  ## Start the local stack: PostgreSQL, S3, MLflow, Airflow
	@$(STACK) up

down:  ## Stop the local stack; its data stays
	@if [ -x $(BIN)/python ]; then $(STACK) down; else echo "The stack was not running."; fi

status: install  ## Say how each component of the stack does
	@$(STACK) status

logs: install  ## Show the last lines of the stack's logs (COMPONENT=scheduler for one)
	@$(STACK) logs $(COMPONENT)

demo: install  ## Run the main job: a year of flights, told as it happens
	@$(BIN)/evergreen demo

replay: install  ## Live through 2013: monitored, and retrained when that pays (ARGS="--months 2", "--simulate")
	@$(BIN)/evergreen replay $(ARGS)

check: install  ## Format, lint, types, import contracts, lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/lock.py

test-fast: install  ## Unit and architecture tests
	$(BIN)/pytest -n 2 --dist worksteal

test: test-fast  ## Those, and the tests on real servers: integration, end to end, browser
	.ci/tests

test-all: test-fast  ## Those, and the tests with containers
	.ci/tests all

bench: up  ## Run every benchmark
	@source $(STATE)/env && missed= && for script in benchmarks/*.py; do \
	  echo "== $$script" && $(BIN)/python "$$script" || missed="$$missed $$script"; done; \
	[ -z "$$missed" ] || { echo "A target was missed, or the script failed:$$missed"; exit 1; }

lock: install  ## Resolve the dependencies of pyproject.toml anew into requirements.txt
	@uv=$$(.ci/bootstrap $(BIN)/python) && "$$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  pyproject.toml --group dev --output-file requirements.txt

compose-env:  ## Write the secrets of docker-compose.yaml to .env, once
	@python3 deploy/compose/make_env.py

clean: down  ## Stop the stack and remove its data, .venv and every cache
	rm -rf $(STATE) $(VENV) .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
