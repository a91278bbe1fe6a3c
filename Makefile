# Two commands on a fresh machine: `make run` and `make test`. The rest is for those who change the code.
# What `make test` leaves out: `make left-out LANE=day`. Tests of the full lane call for these packages of Debian:
DEBIAN := chromium nginx-light pgbouncer varnish

PYTHON   ?= python3
PORT     ?= 8000
ROWS     ?= 100000
INVOICES ?= 1000000
LANE     ?= day
export PORT

BIN := .venv/bin

.PHONY: run runserver test test-all test-nightly left-out debian bench lint format lock schema messages

run: .venv/installed
	@$(BIN)/python manage.py prepare_demo
	@exec $(BIN)/python -m config.serve

runserver: .venv/installed
	@$(BIN)/python manage.py prepare_demo
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

# What one runs all day: no test that needs a server or a browser, but for one of each.
test: lint
	$(BIN)/pytest --lane=day

# Everything that proves a release. PROGRAMS_REQUIRED=1 fails the tests whose program is missing, which else are skipped.
test-all: lint
	$(BIN)/pytest --lane=full

# What takes longer: large fuzzing, soaks, and every property with twenty times its examples.
test-nightly: .venv/installed
	$(BIN)/pytest --lane=nightly --timeout=7200

# The tests that a lane leaves out.
left-out: .venv/installed
	$(BIN)/pytest --lane=$(LANE) --left-out --collect-only --numprocesses=0 -q

debian:
	apt-get update && apt-get install -y $(DEBIAN)

# How fast and how small the service is beside its alternatives, with ROWS in one upload, and INVOICES stored when they
# are read; keeps var/bench.json too.
# With AGAINST=<commit> this version is compared with that one, in PART (uploads, reading or admin) of it.
bench: .venv/installed
ifdef AGAINST
	$(BIN)/python -m tests.benchmarks.against $(AGAINST) --part $(or $(PART),uploads)
else
	$(BIN)/python -m tests.benchmarks --rows $(ROWS) --invoices $(INVOICES)
endif

lint: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/installed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The document shows the answers that the service gives: they are recorded first.
schema: .venv/installed
	RECORD_ANSWERS=1 $(BIN)/pytest --numprocesses=0 tests/config/test_schema_answers.py
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file tests/openapi.yaml

# The texts of the admin, and those of its theme, in German; needs GNU gettext.
messages: .venv/installed
	$(BIN)/python manage.py makemessages --locale de --ignore .venv --ignore tests --ignore var --no-location --no-obsolete --no-wrap
	$(BIN)/pybabel compile --directory config/locale --domain django
	$(BIN)/pybabel compile --directory config/theme_locale --domain django

lock: .venv/installed
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --upgrade --quiet --output-file requirements.txt

# The environment is made anew whenever the lock is newer, so that a pulled change never meets old packages.
.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@
