# `make demo` and `make test` work on a fresh machine that has Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto
TEST_JOBS ?= $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
BABEL := $(BIN)/python -m babel.messages.frontend
LOCALES := sessioncrawler/locale

# Where Python may not keep what it has compiled, each of hundreds of processes of a test run compiles the project anew.
test quick-tests: export PYTHONDONTWRITEBYTECODE =
# Processes that tests start elsewhere tell what they covered here.
test: export COVERAGE_FILE = $(CURDIR)/.coverage

.PHONY: bench bench-compare bench-memory bench-render bench-scale cassettes check clean compare crawl demo demo-site fuzz html lighthouse lint messages quick quick-tests screenshots stats test types zyte

demo: .venv/demo
	$(BIN)/scrapy demo

crawl: .venv/run
	$(BIN)/scrapy refresh

# Is a change right? In less than a minute: lint, types, import contracts, and every test that is not of a slow kind.
quick: .venv/dev
	@$(MAKE) --no-print-directory --output-sync=target -j2 quick-tests lint types

quick-tests: .venv/dev
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "not (browser or crawl or deploy or faults or machine or scale)" $(ARGS)

# Everything. More processes than cores, since whole crawls are mostly waiting for servers.
test: .venv/dev .venv-deploy/ready
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(TEST_JOBS) --dist loadfile $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# The hostile world at length: random answers of strangers, the seed is printed. CASES=1000000 for longer, SEED=… again.
fuzz: .venv/dev
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "SEED=$$seed"; \
	FUZZ_CASES=$(or $(CASES),100000) $(BIN)/pytest tests/fuzz -q -n $(JOBS) --dist worksteal --hypothesis-seed=$$seed $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/dev
	$(BIN)/mypy

check: test lint types

# The committed cassettes of whole spider runs, recorded anew from the simulated network.
cassettes: .venv/dev
	$(BIN)/python -m tests.support.record_cassettes

# Lines, modules and class names of the package, and whether they keep the rules of the house.
stats: .venv/run
	$(BIN)/python -m bench.house

# The site of the demo world as the commit BASE publishes it and as this checkout does, byte for byte: half a minute.
compare: .venv/demo
	$(BIN)/python -m bench.compare $(BASE) $(ARGS)

# What the code of the commit BASE takes beside this one's, in turns: ten minutes.
bench-compare: .venv/demo
	$(BIN)/python -m bench.sides $(BASE) $(ARGS)

# Crawls of simulated networks, measured (docs/cost.md): eleven minutes; with ALL=1, 10,000 servers too, twice that.
bench: .venv/demo
	$(BIN)/python -m bench $(if $(ALL),--all)

# All feeds of a directory with 5,000 Communities, rendered and stored (docs/data.md): half a minute.
bench-render: .venv/demo
	$(BIN)/python -m bench.render

# What the state of 20,000 servers takes (docs/scale.md): half a minute.
bench-scale: .venv/demo
	$(BIN)/python -m bench.scale

# What a year of memory comes to (docs/cost.md): ten minutes.
bench-memory: .venv/demo
	$(BIN)/python -m bench.memory $(ARGS)

# The texts of the site (docs/translating.md): collects them, brings every catalogue up to date, compiles all of them.
messages: .venv/run
	mkdir -p build
	$(BABEL) --quiet extract -F babel.cfg -o build/messages.pot --no-wrap --add-location=file --project=sessioncrawler .
	$(BABEL) update -i build/messages.pot -d $(LOCALES) --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BABEL) compile -d $(LOCALES)

# The pages of the demo, measured; what `make test` does not already hold (docs/testing.md). `html` and `lighthouse` need Node.
# Seed 7: every machine has the letters of its first rooms, for the picture.
demo-site: .venv/dev
	rm -rf build/demo
	$(BIN)/scrapy demo --seed 7 -s SITE_URI=build/demo

html: demo-site node_modules
	npx html-validate build/demo

lighthouse: demo-site node_modules
	$(BIN)/python -m bench.lighthouse build/demo

# Phone and desktop, light and dark, into build/screenshots; and the picture of the README.
screenshots: demo-site
	$(BIN)/python -m bench.screenshots build/demo build/screenshots --picture docs/page.png

# An egg to Scrapy Cloud (docs/zyte.md); TARGET is one of scrapinghub.yml. The cloud wants all requirements in one file.
zyte: .venv-deploy/ready
	mkdir -p build
	cat requirements.txt requirements-cloud.txt > build/requirements-zyte.txt
	.venv-deploy/bin/shub deploy $(TARGET)

node_modules: package.json package-lock.json
	npm ci
	touch $@

clean:
	rm -rf .venv .venv-deploy node_modules site data build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/demo: .venv/run requirements-demo.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	touch $@

.venv/dev: .venv/demo requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# What deploys, and what tests of deployment run, is apart: scrapyd needs an old setuptools.
.venv-deploy/ready: requirements.txt requirements-cloud.txt requirements-deploy.txt
	$(PYTHON) -m venv .venv-deploy
	.venv-deploy/bin/pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	touch $@
