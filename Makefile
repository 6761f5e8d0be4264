# make run: open the dashboard.  make test: everything that must hold.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: run test lint types bench pictures licences clean help

help:
	@echo "make run    open the dashboard on http://localhost:8501 (builds demonstration data if there is none)"
	@echo "make test   lint, types and every test: units, properties, pages, PostgreSQL, browser"
	@echo "make pictures  the screenshots of the README and the user guides"
	@echo "make bench  what pages cost: beside bare SQL, in a browser, with many people, on PostgreSQL (25 minutes)"

.venv/run.stamp: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; say make PYTHON=python3.12 …")'
	@echo "Installing into .venv …"
	@$(PYTHON) -m venv .venv
	@$(PIP) install -r requirements.txt -c constraints.txt
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt requirements-clickhouse.txt
	@echo "Installing the test requirements into .venv …"
	@$(PIP) install -r requirements-dev.txt -c constraints.txt
	@touch $@

run: .venv/run.stamp
	@$(BIN)/python -m jobs demo --if-missing
	@$(BIN)/streamlit run dashboard.py

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/test.stamp
	$(BIN)/mypy program metrics queries charts jobs components pages

test: lint types
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

pictures: .venv/test.stamp
	$(BIN)/python -m tests.browser.pictures

licences: .venv/test.stamp
	$(BIN)/python -m tests.licences

bench: .venv/test.stamp
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis artifacts
