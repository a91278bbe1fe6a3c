"""Nothing of ours stays in a database session behind its transaction: a pooler lends the session to another then."""

import ast
import re
from itertools import chain

import pytest
from django.conf import settings
from django.db import connection, transaction

from apiauth.models import Account
from tests.factories import AccountFactory

# What a session keeps behind its transaction: settings, locks, prepared statements, notices, rows in temporary tables.
KEPT_BY_SESSIONS = re.compile(
    r"['\"](SET (?!LOCAL )|LISTEN|PREPARE|DECLARE)|WITH HOLD'|pg_(try_)?advisory_(un)?lock|set_config\([^)]*false\)"
    r"|TEMP(ORARY)? TABLE (?!.*ON COMMIT)"
)
APPS = ("apiauth", "config", "customers", "receivables")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _accounts():
    AccountFactory.create_batch(3)


def cursors_while_reading():
    """Return whether each cursor is WITH HOLD that the server keeps while rows are read one by one."""
    rows = Account.objects.iterator(chunk_size=1)
    next(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_holdable FROM pg_cursors WHERE name <> ''")
        found = [is_holdable for (is_holdable,) in cursor.fetchall()]
    assert len(list(rows)) == 2
    return found


@pytest.mark.usefixtures("_accounts")
def test_the_server_keeps_no_cursor_outside_a_transaction():
    assert cursors_while_reading() == []


@pytest.mark.usefixtures("_accounts")
def test_the_server_keeps_a_cursor_until_its_transaction_ends():
    with transaction.atomic():
        assert cursors_while_reading() == [False]


def test_rows_of_ours_are_read_little_by_little_within_a_transaction_alone():
    """Elsewhere they would all be read at once."""
    trees = {file: ast.parse(text) for file, text in sources().items() if "iterator(" in text}
    assert [file for file, tree in trees.items() if iterators(tree) != iterators_within_transactions(tree)] == []
    assert sum(len(iterators(tree)) for tree in trees.values()) >= 3


def test_no_statement_of_ours_outlives_its_transaction():
    assert [(file, found[0]) for file, text in sources().items() for found in KEPT_BY_SESSIONS.finditer(text)] == []


def sources():
    files = chain.from_iterable((settings.BASE_DIR / app).rglob("*.py") for app in APPS)
    return {file: file.read_text() for file in files}


def iterators(tree):
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return {call for call in calls if call.func.attr in ("iterator", "aiterator")}


def iterators_within_transactions(tree):
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With)]
    held = [block for block in blocks if any("atomic()" in ast.unparse(item) for item in block.items)]
    return set(chain.from_iterable(map(iterators, held)))
