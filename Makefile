# `make` alone lists what there is. Works with GNU make 3.81, which macOS still ships.

BIN  := .venv/bin
PATHS := $(CURDIR)/shared:$(CURDIR)/functions:$(CURDIR)
PY   := PYTHONPATH="$(PATHS)" $(BIN)/python
# The locks are whole, so nothing is resolved again: what is installed is what is written.
PIP  := install --quiet --disable-pip-version-check --require-hashes --no-deps
# Tests are shared out among the cores (tests/conftest.py); the simulation uses every core by itself, so it runs alone.
SIM  := tests/unit/simulation/test_simulation.py
MANY := --numprocesses auto --ignore $(SIM)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: peers simulate help run collect order publish test lint format unit integration browser bench validate judges chromium lock clean

help: ## What there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: .venv/installed ## The whole main job on this machine; then the admin page (ONCE=1: ends after the story)
	@$(PY) -m local.story $(if $(ONCE),--once)

collect: .venv/installed ## Collect one product: URL=<product page, or a saved .html/.json file>
	@test -n "$(URL)" || { echo "make collect URL=<product page, or a saved .html/.json file>" >&2; exit 2; }
	@$(PY) -m local.collect "$(URL)"

order: .venv/installed ## Send one order to the running stack: FILE=<a Shopify orders/create webhook body>
	@test -n "$(FILE)" || { echo "make order FILE=<a Shopify orders/create webhook body>" >&2; exit 2; }
	@$(PY) -m local.order "$(FILE)"

publish: .venv/installed ## Put the admin page of a stack deployed to AWS into its bucket: STACK=<name>
	@test -n "$(STACK)" || { echo "make publish STACK=<name>" >&2; exit 2; }
	@$(PY) -m local.publish "$(STACK)"

test: lint unit chromium ## Everything: lint, unit, integration on the local stack, browser
	@$(PY) -m pytest $(MANY) tests/integration tests/browser

lint: .venv/installed ## ruff, mypy --strict on shared and functions, cfn-lint with the serverless rules, diagrams in docs
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy
	@$(BIN)/cfn-lint
	@$(PY) -m local.diagrams --check

format: .venv/installed ## Let ruff put the code in shape
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format

unit: .venv/installed judges ## Unit tests only
	@$(PY) -m pytest $(MANY) tests/unit
	@$(PY) -m pytest $(SIM)

integration: .venv/installed judges ## Integration tests only, on the local stack
	@$(PY) -m pytest tests/integration

browser: .venv/installed chromium ## Browser tests only
	@$(PY) -m pytest tests/browser

simulate: .venv/installed ## Fault schedules over the real handlers: SEEDS=n FIRST_SEED=k; or MUTANTS=1: known mistakes must be caught
	@$(PY) -m tests.simulation --seeds $(or $(SEEDS),$(if $(MUTANTS),20000,5000)) --first $(or $(FIRST_SEED),1) $(if $(MUTANTS),--mutants)

bench: .venv/installed ## Measure what the closing notes promise; PAGES=<folder>: what `peers` measures, too
	@$(if $(PAGES),$(MAKE) --no-print-directory peers PAGES="$(PAGES)")
	@$(PY) -m benchmarks

peers: .venv-peers/installed ## Our extractor beside others on labelled pages: PAGES=<folder with a manifest.json>
	@test -n "$(PAGES)" || { echo "make peers PAGES=<folder with pages and a manifest.json>" >&2; exit 2; }
	@PYTHONPATH="$(PATHS)" .venv-peers/bin/python -m benchmarks.peers "$(PAGES)"

validate: .venv-sam/installed ## sam validate --lint and sam build, as before a deployment
	@PATH="$(CURDIR)/.venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0 sh .ci/validate

judges: .judges/installed ## Fetch the independent packages that tests compare us with

chromium: .venv/installed
	@$(PY) -m tests.chromium

lock: ## Pin every package again by version and hash, after a change to requirements/*.in (needs uv)
	@for name in layer dev sam node peers; do \
		to=requirements/$$name.txt; if [ $$name = layer ]; then to=shared/requirements.txt; fi; \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			requirements/$$name.in -o $$to || exit 1; \
	done

clean: ## Forget the local stack's data, the environments and everything else that was made
	rm -rf .venv .venv-sam .venv-peers .local .judges .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements/dev.txt .ci/python
	@echo "setting up .venv (about half a minute)"
	@python="$$(sh .ci/python)" && "$$python" -m venv --clear .venv
	@$(BIN)/python -m pip $(PIP) -r requirements/dev.txt
	@touch $@

.venv-sam/installed: requirements/sam.txt .ci/python
	@echo "setting up .venv-sam (about half a minute)"
	@python="$$(sh .ci/python)" && "$$python" -m venv --clear .venv-sam
	@.venv-sam/bin/python -m pip $(PIP) -r requirements/sam.txt
	@touch $@

.venv-peers/installed: requirements/peers.txt .ci/python
	@echo "setting up .venv-peers (about half a minute)"
	@python="$$(sh .ci/python)" && "$$python" -m venv --clear .venv-peers
	@.venv-peers/bin/python -m pip $(PIP) -r requirements/peers.txt
	@touch $@

.judges/installed: tests/judges/judges.json tests/judges/fetch.py .venv/installed
	@command -v npm >/dev/null || test -x $(BIN)/npm || $(BIN)/python -m pip $(PIP) -r requirements/node.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/judges/fetch.py .judges
	@touch $@
