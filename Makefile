# Two commands are enough: `make run` and `make test`. Nothing here needs Docker, a system database, Node or root.
PYTHON ?= python3
export PORT ?= 8000
export RISKZON_HOME ?= $(CURDIR)/.riskzon
VENV := $(CURDIR)/.venv
PY := $(VENV)/bin/python
# What the product needs to run, and what its tests and checks need beside it.
LOCKS := $(foreach group,core embedded assets,requirements/$(group).lock)
DEV_LOCKS := requirements/dev.lock
export PATH := $(VENV)/bin:$(PATH)
# Two processors are taken as the least that a machine has.
TEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench faults screenshots sbom translations clean

help:
	@echo "make run     start everything and print the address (Ctrl-C stops it)"
	@echo "make test    run the whole test suite"
	@echo "make lint    check formatting, types, imports, templates, migrations and settings"
	@echo "make bench   measure beside the peers; writes bench/results.json"
	@echo "make faults  break things on purpose and check that the promises hold"
	@echo "make screenshots   take the pictures of the README from a demo of their own"
	@echo "make sbom    write sbom.json, the list of all parts in production (CycloneDX)"
	@echo "make clean   remove everything that the targets above have made, the demo's data included"

run: export RISKZON_DEMO ?= 1
run: $(VENV)/.product node_modules/.ready
	@exec $(PY) manage.py up

test: $(VENV)/.ready node_modules/.ready translations
	$(PY) -m pytest --numprocesses $(TEST_WORKERS) --dist loadgroup $(ARGS)

lint: $(VENV)/.ready node_modules/.ready
	ruff format --check .
	ruff check .
	mypy --no-error-summary riskzon notifications workflows
	lint-imports --no-logo --no-cache
	djlint --quiet --lint riskzon notifications workflows
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --settings settings.test
	$(PY) manage.py texts --check
	tests/lint/deploy
	bandit --quiet --recursive --severity-level high riskzon notifications workflows settings

# A software bill of materials (CycloneDX) of what runs in production.
sbom: $(VENV)/.ready
	$(PY) -m cyclonedx_py requirements requirements/core.lock --output-format JSON --output-file sbom.json

format: $(VENV)/.ready
	ruff format .
	ruff check --fix .

bench: $(VENV)/.ready node_modules/.ready translations
	$(PY) -m bench $(ARGS)

faults: $(VENV)/.ready node_modules/.ready translations
	$(PY) -m tests.faults $(ARGS)

screenshots: $(VENV)/.ready node_modules/.ready translations
	$(PY) -m docs.screenshots

translations: $(VENV)/.ready
	@$(PY) -c "from riskzon.translations import compile_stale; compile_stale()"

clean:
	@$(PYTHON) -c "import fcntl, pathlib, sys; p = pathlib.Path(sys.argv[1], 'lock'); \
	p.exists() and fcntl.flock(open(p), fcntl.LOCK_EX | fcntl.LOCK_NB)" "$(RISKZON_HOME)" 2>/dev/null \
	|| { echo "$(RISKZON_HOME) is in use. Stop it first."; exit 1; }
	rm -rf .venv node_modules .riskzon .mypy_cache .pytest_cache .ruff_cache .hypothesis static_root sbom.json
	find riskzon notifications workflows settings tests -name __pycache__ -prune -exec rm -rf {} +
	find riskzon notifications workflows -name '*.mo' -delete

PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

$(VENV)/.product: $(LOCKS)
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or later is needed."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(foreach lock,$(LOCKS),-r $(lock))
	@touch $@

$(VENV)/.ready: $(VENV)/.product $(DEV_LOCKS)
	$(PIP) $(foreach lock,$(DEV_LOCKS),-r $(lock))
	@touch $@

node_modules/.ready: package-lock.json $(VENV)/.product
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
