# Two commands on a fresh machine: `make run` and `make test`. The rest is for those who change the code.
PYTHON   ?= python3
PORT     ?= 8000
VAR_DIR  ?= var
ROWS     ?= 100000
INVOICES ?= 1000000
export PORT VAR_DIR

BIN := .venv/bin

.PHONY: run runserver test bench lint format lock schema messages

run: .venv/installed
	@$(BIN)/python manage.py prepare_demo
	@exec $(BIN)/honcho start

runserver: .venv/installed
	@$(BIN)/python manage.py prepare_demo
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: lint
	$(BIN)/pytest

# How fast and how small the service is beside its alternatives, with ROWS in one upload, and INVOICES stored when they
# are read; keeps VAR_DIR/bench.json too.
bench: .venv/installed
	$(BIN)/python -m tests.benchmarks --rows $(ROWS) --invoices $(INVOICES)

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
