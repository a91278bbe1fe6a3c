"""How near identities are found: all of them, whatever stands together, by two indexes, and only for new rows."""

import json
import re
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.imported.numbers import ODD_SPELLING, SpellingKey
from customers.models import Customer
from receivables.models import Invoice
from tests.explained import forget_statistics
from tests.factories import customer_row, invoice_row

PARTS = ["companyCode", "customerNumber", "invoiceNumber", "accountingDocNumber", "fiscalYear", "lineItem"]
REQUIRED = {"customerNumber", "invoiceNumber"}
SPELLINGS = {
    "customerNumber": ["7", "007", "7.0", "c", "C", "8"],
    "invoiceNumber": ["1", "01", "1.0", "1,00", "a", "A", "ä", "Ä", "2", "000", "0"],
}
SPELLINGS |= {name: ["", "", "1", "01", "1.0", "b", "B", "0"] for name in PARTS if name not in REQUIRED}


def spelling_key(text):
    """What the column's key is to be, written anew and by itself."""
    whole = re.sub(r"([.,]0+)+$", "", text)
    return (whole.lstrip("0") or whole[:1]).upper()


def are_near(one, other):
    keys = [(spelling_key(one[name]), spelling_key(other[name])) for name in PARTS]
    return all(a == b or "" in (a, b) for a, b in keys)


def identity(row):
    number = row["customerNumber"]
    key = (number.lstrip("0") or "0") if number.isdigit() else number
    return tuple(key if name == "customerNumber" else row[name] for name in PARTS)


def some_rows(random, count):
    drawn = [{name: random.choice(SPELLINGS[name]) for name in PARTS} for _ in range(count)]
    return list({identity(row): row for row in drawn}.values())


def near(answer):
    return next((warning for warning in answer["warnings"] if warning["code"] == "near_identity"), None)


@pytest.mark.parametrize("seed", range(40))
def test_every_near_identity_is_found_and_no_other(receipt, seed):
    random = Random(seed)  # noqa: S311 - spellings, not secrets
    stored, sent = some_rows(random, random.choice([1, 5, 30])), some_rows(random, random.choice([1, 4, 20]))
    receipt([invoice_row(**row) for row in stored])
    answer = receipt([invoice_row(**row) for row in sent])
    known = {identity(row) for row in stored}
    created = [row for row in sent if identity(row) not in known]
    others = [row for row in stored if identity(row) not in {identity(each) for each in created}]
    beside = [any(are_near(row, other) for other in [*others, *created] if other is not row) for row in created]
    expected = [row for row, is_near in zip(created, beside, strict=True) if is_near]
    assert answer["created"] == len(created)
    warning = near(answer)
    assert (warning or {"rows": 0})["rows"] == len(expected)
    if warning:
        first = sent[warning["firstIndex"]]
        assert first is expected[0]
        if "stored" in warning:
            found = Invoice.objects.get(pk=warning["stored"]["id"])
            other = {name: getattr(found, re.sub("([A-Z])", r"_\1", name).lower()) for name in PARTS}
        else:
            assert not any(are_near(first, each) for each in others)
            other = sent[warning["otherIndex"]]
        assert are_near(first, other)


TEXTS = [
    "0",
    "00",
    "0.0",
    "1.0.0",
    "001.00",
    ".0",
    "a\u200bb",
    "\ufeff012",
    "ß",
    "σς",
    "İ",
    "1,0",
    "x" * 64,
    "0a",
    "-0",
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_is_not_odd_is_its_own_key(text):
    with connection.cursor() as cursor:
        key, odd = (spelled(cursor, text) for spelled in (key_of, is_odd))
        assert odd or key == text
        assert key_of(cursor, key) == key


def key_of(cursor, text):
    cursor.execute(
        "SELECT " + SpellingKey.template % {"expressions": "text"} + " FROM (SELECT %s AS text) AS given", [text]
    )
    return cursor.fetchone()[0]


def is_odd(cursor, text):
    cursor.execute("SELECT %s ~ %s", [text, ODD_SPELLING])
    return cursor.fetchone()[0]


def near_statements(receipt, rows, resource="invoices"):
    with CaptureQueriesContext(connection) as queries:
        receipt(rows, resource)
    return [query["sql"] for query in queries if "fresh AS MATERIALIZED" in query["sql"]]


def test_rows_that_are_stored_already_are_not_looked_for(receipt):
    rows = [invoice_row(invoiceNumber=str(number)) for number in range(3)]
    receipt(rows)
    assert near_statements(receipt, rows) == []
    assert near_statements(receipt, [row | {"invoiceAmount": 1} for row in rows]) == []


def test_new_rows_take_one_statement(receipt):
    assert len(near_statements(receipt, [invoice_row()])) == 1


@pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")
@pytest.mark.parametrize("count", [1, 50, 2000])
@pytest.mark.parametrize(
    ("resource", "row", "indexes"),
    [
        (
            "invoices",
            lambda n: invoice_row(invoiceNumber=f"{n}"),
            {"receivables_invoice_identity", "invoices_by_spelling"},
        ),
        (
            "customers",
            lambda n: customer_row(customerno=f"{n + 1}"),
            {"customers_customer_identity", "customers_by_spelling"},
        ),
    ],
)
def test_new_rows_are_looked_up_by_two_indexes(receipt, resource, row, indexes, count):
    receipt([row(n) for n in range(3000)], resource)
    forget_statistics(Invoice, Customer)
    [statement] = near_statements(receipt, [row(n) for n in range(3000, 3000 + count)], resource)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        found = set(re.findall(r'"Index Name": "(\w+)"', json.dumps(cursor.fetchone()[0])))
    assert found
    assert found <= indexes


def test_many_rows_of_one_invoice_are_compared_in_time(receipt):
    rows = [invoice_row(invoiceNumber="DEPOSIT", lineItem=f"{n:05}", companyCode="1") for n in range(4000)]
    assert near(receipt(rows)) is None
    again = [row | {"companyCode": ""} for row in rows]
    assert near(receipt(again))["rows"] == 4000
