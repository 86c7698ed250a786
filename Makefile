# Each command makes its own virtual environment when it is missing or stale.
VENV ?= .venv
BIN := $(VENV)/bin
PINS := deploy/requirements
DATA ?= ../shared/eval
NAMES ?=
ARGS ?=

# A start that compiles every module anew takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all check lint types contracts shape coverage validate image docs faults fuzz soak bench golden eval release pins clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.for-run: $(PINS)/run.txt pyproject.toml deploy/set-up.sh
	@sh deploy/set-up.sh $(VENV) run

$(VENV)/.for-test: $(PINS)/run.txt $(PINS)/test.txt $(PINS)/binaries.txt $(PINS)/semantic.txt pyproject.toml deploy/set-up.sh
	@sh deploy/set-up.sh $(VENV) test

$(VENV)/.for-publish: $(PINS)/run.txt $(PINS)/publish.txt pyproject.toml deploy/set-up.sh
	@sh deploy/set-up.sh $(VENV) publish

run: $(VENV)/.for-run  ## poll, match, ring and talk, all in one process
	@$(BIN)/tocsin run $(ARGS)

demo: $(VENV)/.for-run  ## the same on bundled sample feeds, with no network
	@$(BIN)/tocsin demo $(ARGS)

test: $(VENV)/.for-test  ## the tests: two minutes on two cores
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

test-all: $(VENV)/.for-test  ## and the slow ones: browser, long property tests, short faults
	$(BIN)/python -m pytest -n 4 -m slow $(ARGS)

lint: $(VENV)/.for-test  ## ruff, format and rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.for-test  ## mypy --strict
	$(BIN)/mypy

contracts: $(VENV)/.for-test  ## the import contracts
	$(BIN)/lint-imports

shape: $(VENV)/.for-test  ## the shape of the code: lengths, complexity, names
	$(BIN)/python -m pytest tests/test_shape.py -s

coverage: $(VENV)/.for-test  ## branch coverage: 95 % in matchers and storage, 90 % in bot
	$(BIN)/python -m pytest -n 4 -m "slow or not slow" --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --include 'matchers/*' --fail-under 95
	$(BIN)/coverage report --include 'storage/*' --fail-under 95
	$(BIN)/coverage report --include 'bot/*' --fail-under 90

check: lint types contracts shape test validate  ## everything a change must pass

validate:  ## compose files, units, rules and scripts, each by its own tool where it is installed
	@sh deploy/validate.sh

image: $(VENV)/.for-run  ## the image's steps, run by an unprivileged user in an empty folder (no Docker)
	@PYTHON=$(abspath $(BIN))/python sh deploy/try-image.sh

faults: $(VENV)/.for-test  ## break things on purpose and count what is lost; resumable, by hand
	$(BIN)/python -m tests.faults $(ARGS)

fuzz: $(VENV)/.for-test  ## let a coverage-guided fuzzer look for what falls: ten minutes a target, by hand
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(PINS)/fuzz.txt
	$(BIN)/python -m tests.fuzz $(ARGS)

soak: $(VENV)/.for-test  ## half an hour of flood on one bot: memory, database, delays, nothing lost
	$(BIN)/python -m tests.faults.soak $(ARGS)

bench: $(VENV)/.for-test  ## measure: ratios to peers in one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(PINS)/peers.txt
	$(BIN)/python -m tests.bench $(ARGS)

golden: $(VENV)/.for-test  ## write the golden editions anew, after a change that is meant
	RENEW=1 $(BIN)/python -m pytest -m slow tests/bot/digest/test_golden.py

eval: $(VENV)/.for-test  ## score matching and stories on labelled sets: make eval DATA=DIR [NAMES=DIR of tables of names]
	$(BIN)/python -m tests.eval_mentions $(DATA)/mentions-dev.jsonl
	$(if $(NAMES),$(BIN)/python -m tests.eval_names $(NAMES))
	$(BIN)/python -m tests.eval_stories $(DATA)/stories-dev.jsonl --peers --caution
	$(BIN)/python -m tests.eval_stories $(DATA)/stories-dev.jsonl --semantic --caution
	$(BIN)/python -m tests.eval_stories tests/gold/stories-heldout.jsonl --matched

docs: $(VENV)/.for-publish  ## the documentation site, into build/site; a dead link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site
	@echo build/site/index.html

release: $(VENV)/.for-publish  ## build wheel and sdist, try them in an empty environment, write SBOM and changelog section
	sh deploy/release.sh $(VENV)

pins:  ## compile the pins anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(PINS)/run.in -o $(PINS)/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c $(PINS)/run.txt $(PINS)/test.in -o $(PINS)/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c $(PINS)/run.txt $(PINS)/binaries.in -o $(PINS)/binaries.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c $(PINS)/run.txt $(PINS)/publish.in -o $(PINS)/publish.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c $(PINS)/run.txt $(PINS)/peers.in -o $(PINS)/peers.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c $(PINS)/run.txt $(PINS)/fuzz.in -o $(PINS)/fuzz.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-emit-package numpy -c $(PINS)/run.txt $(PINS)/semantic.in -o $(PINS)/semantic.txt

clean:  ## remove what was made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find bot matchers storage tests -name __pycache__ -type d -prune -exec rm -rf {} +
