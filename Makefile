# `make demo` and `make test` work on a fresh machine that has Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate $(if $(UPGRADE),--upgrade)
BABEL := $(BIN)/python -m babel.messages.frontend
LOCALES := sessioncrawler/locale

# Where Python may not keep what it has compiled, each of hundreds of processes of a test run compiles the project anew.
test quick-tests coverage: export PYTHONDONTWRITEBYTECODE =
# Processes that tests start elsewhere tell what they covered here.
coverage: export COVERAGE_FILE = $(CURDIR)/.coverage

.PHONY: audit bench bench-compare bench-memory bench-render bench-scale cassettes check clean compare coverage crawl demo demo-site docs fuzz html keystrokes lighthouse lint lock messages quick quick-tests reference release screenshots siege stats test types zyte

demo: .venv/demo
	$(BIN)/scrapy demo

crawl: .venv/run
	$(BIN)/scrapy refresh

# Is a change right? In a minute: lint, types, import contracts, and every test that is not of a slow kind,
# properties with a third of their cases.
quick: .venv/dev
	@$(MAKE) --no-print-directory --output-sync=target -j2 quick-tests lint types

quick-tests: .venv/dev
	$(BIN)/pytest -q -n $(JOBS) --dist loadfile --hypothesis-profile=quick -m "not (browser or crawl or deploy or faults or machine or scale)" $(ARGS)

# Everything. One process of tests a core: crawls start processes of their own, and on a busy machine servers seem to stall.
test: .venv/dev .venv-deploy/ready
	$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

# The same, and what of the package it reaches: takes two thirds longer, so before releases and now and then.
coverage: .venv/dev .venv-deploy/ready
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(JOBS) --dist loadfile $(ARGS)
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

# Crawls of simulated networks, measured, and beside the truth (docs/cost.md): twenty minutes; with ALL=1, 10,000 servers too, half an hour.
bench: .venv/demo
	$(BIN)/python -m bench $(if $(ALL),--all)

# All feeds of a directory with 5,000 Communities, rendered and stored (docs/data.md): half a minute.
bench-render: .venv/demo
	$(BIN)/python -m bench.render

# What the state of 20,000 servers takes (docs/scale.md): half a minute.
bench-scale: .venv/demo
	$(BIN)/python -m bench.scale

# What a year of memory comes to (docs/cost.md): a year of 100 servers crawl by crawl, and filled ones up to 10,000. A quarter of an hour.
bench-memory: .venv/demo
	$(BIN)/python -m bench.memory $(ARGS)
	$(BIN)/python -m bench.year

# Every attack of docs/attacks.md at once, beside twelve honest servers, with the real settings: ten minutes.
siege: .venv/demo
	$(BIN)/python -m bench.siege $(ARGS)

# The texts of the site (docs/translating.md): collects them, brings every catalogue up to date, compiles all of them.
messages: .venv/run
	mkdir -p build
	$(BABEL) --quiet extract -F babel.cfg -o build/messages.pot --no-wrap --add-location=file --project=sessioncrawler .
	$(BABEL) update -i build/messages.pot -d $(LOCALES) --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BABEL) compile -d $(LOCALES)

# The pages of the demo, measured; what `make test` does not already hold (docs/testing.md). `html` and `lighthouse` need Node.
# The picture of the README wants fonts for the letters of its first rooms: fonts-noto-core, fonts-noto-cjk. 90 days: charts, what moved, what is gone.
demo-site: .venv/dev
	rm -rf build/demo
	$(BIN)/scrapy demo --seed 7 --days 90 -s SITE_URI=build/demo

html: demo-site node_modules
	npx html-validate build/demo

lighthouse: demo-site node_modules
	$(BIN)/python -m bench.lighthouse build/demo

# From a key to what it finds, in a list of 5,000 Communities on a slow phone (docs/page.md): two minutes. ARGS="--site FOLDER" for another site.
keystrokes: .venv/dev
	$(BIN)/python -m bench.keystrokes $(ARGS)

# Phone and desktop (the list at six sizes), light and dark, into build/screenshots; and the picture of the README.
screenshots: demo-site
	$(BIN)/python -m bench.screenshots build/demo build/screenshots --picture docs/page.png

# The documentation as a site, build/docs/index.html; a link that leads nowhere is an error. docs/conf.py has its order.
docs: .venv-docs/ready
	.venv-docs/bin/sphinx-build --quiet --fail-on-warning --keep-going --jobs auto -c docs -d build/doctrees . build/docs

# docs/settings.md and docs/commands.md, from the code.
reference: .venv/dev
	$(BIN)/python -m bench.reference

# Wheel, sdist and egg of what is committed, into dist/: each installed by itself and seen to publish a demo (docs/releasing.md).
release: .venv/dev .venv-deploy/ready
	$(BIN)/python -m bench.release dist

# The requirements files anew, from the ranges in pyproject.toml; with UPGRADE=1 as new as these allow. Each file holds all that it
# is for, in the versions of requirements.txt, with hashes.
lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: .venv/dev
	$(LOCK) -o requirements.txt
	$(LOCK) -c requirements.txt --extra demo -o requirements-demo.txt
	$(LOCK) -c requirements.txt --extra s3 --extra gcs --extra postgresql --group cloud -o requirements-cloud.txt
	$(LOCK) -c requirements-cloud.txt --extra s3 --extra gcs --extra postgresql --group deploy -o requirements-deploy.txt
	$(LOCK) -c requirements-deploy.txt --all-extras --group dev -o requirements-dev.txt
	$(subst pyproject.toml,--group docs,$(LOCK)) -c requirements-dev.txt -o requirements-docs.txt

# Is anything among them known to be broken? Asks a database on the Internet.
audit: .venv/dev
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements-deploy.txt -r requirements-dev.txt -r requirements-docs.txt

# An egg to Scrapy Cloud (docs/zyte.md); TARGET is one of scrapinghub.yml.
zyte: .venv-deploy/ready
	.venv-deploy/bin/shub deploy $(TARGET)

node_modules: package.json package-lock.json
	npm ci
	touch $@

clean:
	rm -rf .venv .venv-deploy .venv-docs node_modules site data build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Each requirements file holds those before it, so what is for development is installed in one go.
.venv/run: requirements.txt
	$(call installed,requirements.txt)
	touch .venv/run

.venv/demo: requirements-demo.txt
	$(call installed,requirements-demo.txt)
	touch .venv/run .venv/demo

.venv/dev: requirements-dev.txt
	$(call installed,requirements-dev.txt)
	touch .venv/run .venv/demo .venv/dev

define installed
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r $(1)
endef

# What deploys, and what tests of deployment run, is apart: scrapyd needs an old setuptools.
.venv-deploy/ready: requirements-deploy.txt
	$(PYTHON) -m venv .venv-deploy
	.venv-deploy/bin/pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	touch $@

.venv-docs/ready: requirements-docs.txt | .venv/dev
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) .venv-docs
	$(BIN)/uv pip install --quiet --require-hashes --python .venv-docs/bin/python -r requirements-docs.txt
	touch $@
