"""The compiled decoder against its serializer: it may take less, never more, and never otherwise."""

import json
from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apiauth.models import Account
from receivables.uploads.findings import Findings
from receivables.uploads.reading.literal_json import read_value
from receivables.uploads.rows.decoding import ReadRows, compiled_rows
from receivables.uploads.rows.serializers import CustomerUploadSerializer, InvoiceUploadSerializer
from receivables.uploads.storing.staging import layout_of
from tests.lanes import examples
from tests.uploads.contract_rows import CUSTOMER, INVOICE
from tests.uploads.odd_rows import a_row_like, rows_like

some, many = examples(200), examples(400)  # of twenty rows each


def bound(serializer_class, places: int, *, of_table: bool = False):
    context = {"account": Account(amount_decimal_places=places), "findings": Findings(), "of_table": of_table}
    return serializer_class(many=True, context=context)


def read_fast(serializer, *texts: str) -> ReadRows:
    compiled = compiled_rows(type(serializer.child), serializer.context["account"], of_table=serializer.of_table)
    return compiled.read(0, [text.encode("utf-8", "surrogatepass") for text in texts])


def read_slowly(serializer, texts: list[str], indexes: set[int]) -> list[tuple]:
    layout = layout_of(serializer.child.Meta.model)
    records = []
    for serializer.index in sorted(indexes):
        row, failures = serializer.child.read(read_value(texts[serializer.index]))
        assert not failures
        records.append(layout.record(serializer.index, row))
    return records


def said(records: list[tuple]) -> list[list[object]]:
    """Values as they compare in the database, which knows a JSON value by what it says, not by how."""
    return [
        [json_said(value[1:]) if isinstance(value, str) and value[:1] == "\x01" else value for value in record]
        for record in sorted(records)
    ]


def json_said(text: str) -> object:
    return json.loads(text, parse_int=tagged, parse_float=tagged)


def tagged(number: str) -> tuple[str, Decimal]:
    """To Python alone, 1 and true are equal."""
    return "number", Decimal(number)


def assert_agreement(serializer_class, texts: list[str], places: int, *, of_table: bool = False) -> None:
    fast, slow = (bound(serializer_class, places, of_table=of_table) for _ in range(2))
    read = read_fast(fast, *texts)
    taken = set(range(len(texts))) - set(read.left)
    assert said(read.records) == said(read_slowly(slow, texts, taken))
    noted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for code, name, indexes in read.notes:
        noted[code, name] += indexes
    warned = {kind: (found.rows, found.first_index) for kind, found in slow.findings.warned.items()}
    warned |= {("own_field", name): (len(rows), min(rows)) for name, rows in slow.own_fields.items()}
    assert {kind: (len(indexes), min(indexes)) for kind, indexes in noted.items()} == warned


@some
@given(texts=st.lists(rows_like(INVOICE), min_size=1, max_size=4), places=st.integers(0, 4), of_table=st.booleans())
def test_invoices_taken_fast_are_ones_the_serializer_takes_alike(texts, places, of_table):
    assert_agreement(InvoiceUploadSerializer, texts, places, of_table=of_table)


@some
@given(texts=st.lists(rows_like(CUSTOMER), min_size=1, max_size=4), of_table=st.booleans())
def test_customers_taken_fast_are_ones_the_serializer_takes_alike(texts, of_table):
    assert_agreement(CustomerUploadSerializer, texts, 0, of_table=of_table)


@many
@given(seed=st.integers(0, 2**32), places=st.integers(0, 4), of_table=st.booleans())
def test_invoices_with_odd_values_taken_fast_are_ones_the_serializer_takes_alike(seed, places, of_table):
    random = Random(seed)  # noqa: S311 - odd values, not secrets
    rows = [a_row_like(INVOICE, random) for _ in range(20)]
    assert_agreement(InvoiceUploadSerializer, rows, places, of_table=of_table)


@many
@given(seed=st.integers(0, 2**32), of_table=st.booleans())
def test_customers_with_odd_values_taken_fast_are_ones_the_serializer_takes_alike(seed, of_table):
    random = Random(seed)  # noqa: S311 - odd values, not secrets
    rows = [a_row_like(CUSTOMER, random) for _ in range(20)]
    assert_agreement(CustomerUploadSerializer, rows, 0, of_table=of_table)


@pytest.mark.parametrize(
    ("serializer_class", "row"), [(InvoiceUploadSerializer, INVOICE), (CustomerUploadSerializer, CUSTOMER)]
)
def test_a_whole_row_is_taken_fast(serializer_class, row):
    assert read_fast(bound(serializer_class, 4), json.dumps(row)).left == []


@pytest.mark.parametrize(
    "change",
    [
        {"dueDate": "20260131"},
        {"invoiceAmount": "12-"},
        {"invoiceAmount": 12.0},
        {"customerNumber": 4711},
        {"colour": {"a": [1, "x:y"]}},
        {"itemText": "at 10:00, she said: no"},
        {"billAddr": {"note": "10:00", "postcode": "SW1E 5ND"}},
        {"itemText": None, "dueDate": None, "billAddr": None, "localAmount": None},
        {"dueDate": "", "issueDate": "00000000"},
    ],
    ids=lambda change: ", ".join(f"{key}={value}" for key, value in change.items())[:40],
)
def test_what_whole_feeds_may_look_like_is_taken_fast(change):
    row = {"customerNumber": "1", "invoiceNumber": "2", "invoiceAmount": 3} | change
    assert read_fast(bound(InvoiceUploadSerializer, 0), json.dumps(row)).left == []


@pytest.mark.parametrize(
    "text",
    [
        '{"customerNumber": "1", "invoiceNumber": "2", "invoiceAmount": 12.5}',
        '{"customerNumber": "1"}',
        "[]",
        "12",
        "{",
    ],
)
def test_what_the_serializer_refuses_is_left_to_it(text):
    serializer = bound(InvoiceUploadSerializer, 0)
    assert read_fast(serializer, text).left == [0]
    assert serializer.validated(text.encode()) is None
    assert serializer.findings.invalid == {0}


def test_a_bad_row_leaves_its_neighbours_to_the_fast_way():
    good = '{"customerNumber": "1", "invoiceNumber": "2", "invoiceAmount": 12}'
    read = read_fast(bound(InvoiceUploadSerializer, 0), good, "{}", good)
    assert (read.left, [record[0] for record in read.records]) == ([1], [0, 2])
