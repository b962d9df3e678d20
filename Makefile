# `make demo` and `make test` work on a fresh machine that has Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto

.PHONY: demo crawl test lint types check clean cassettes

demo: .venv/run
	$(BIN)/scrapy demo

crawl: .venv/run
	$(BIN)/scrapy refresh

test: .venv/dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(JOBS) --dist loadfile $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/dev
	$(BIN)/mypy

check: test lint types

# The committed cassettes of whole spider runs, recorded anew from the simulated network.
cassettes: .venv/dev
	$(BIN)/python -m tests.record_cassettes

clean:
	rm -rf .venv site data build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
