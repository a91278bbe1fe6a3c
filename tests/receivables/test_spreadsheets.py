"""Whole lists as workbooks: every value as what it is, none rounded, cut or run."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row
from tests.lanes import examples
from tests.receivables.test_invoices_api import EVERY_FIELD
from tests.receivables.workbooks import opened, rows_of, text_of

INVOICES = "/jsonApi/invoices"
DAYS = ("postDate", "invoiceDate", "issueDate", "dueDate")
NUMBERS = ("id", "invoiceAmount", "localAmount", "openAmount")


@pytest.fixture
def workbook(client):
    def export(path=INVOICES, **query):
        response = client.get(path, {"format": "xlsx"} | query)
        assert response.status_code == 200, response.content
        return opened(response.streaming_content)

    return export


@pytest.fixture
def rows(workbook):
    return lambda **query: rows_of(workbook(**query).active)


@pytest.fixture
def cell(account, rows):
    """Return how a value of the one invoice is written under a name of the wire."""

    def written(name, **values):
        InvoiceFactory(account=account, **values)
        [row] = rows(fields=name)
        return row[name]

    return written


def test_every_field_is_written_as_what_it_is(client, receipt, rows):
    receipt([EVERY_FIELD])
    [row], [shown] = rows(), client.get(INVOICES).json()["results"]
    assert list(row) == list(shown)
    for name in ("createdAt", "updatedAt"):
        assert (
            abs((row.pop(name).value.replace(tzinfo=UTC) - datetime.fromisoformat(shown.pop(name))).total_seconds())
            < 0.001
        )
    for name in ("billAddr", "shipAddr", "extra"):
        assert json.loads(row.pop(name).value) == shown.pop(name)
    assert {name: row.pop(name).value.date().isoformat() for name in DAYS} == {name: shown.pop(name) for name in DAYS}
    assert {name: row.pop(name).value for name in NUMBERS} == {name: shown.pop(name) for name in NUMBERS}
    assert {name: text_of(cell) for name, cell in row.items()} == {name: value or "" for name, value in shown.items()}


def test_what_is_missing_is_an_empty_cell(receipt, rows):
    receipt([invoice_row()])
    [row] = rows()
    assert [row[name].value for name in ("dueDate", "localAmount", "status", "billAddr")] == [None] * 4


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        ("12112", 12112),
        ("12.5000", 12.5),
        ("0", 0),
        ("-0.0001", -0.0001),
        ("99999999999.9999", 99999999999.9999),
        ("999999999999999", 999999999999999),
        ("9223000000000000000", 9223000000000000000),
    ],
)
def test_an_amount_of_at_most_15_digits_is_a_number(amount, number, cell):
    written = cell("invoiceAmount", invoice_amount=Decimal(amount))
    assert (written.data_type, written.value, written.number_format) == ("n", number, "#,##0.00##")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("999999999999.9999", "999999999999.9999"),
        ("1000000000000.0010", "1000000000000.001"),
        ("1234567890123456", "1234567890123456"),
        ("-9223372036854775807", "-9223372036854775807"),
    ],
)
def test_an_amount_of_more_digits_is_a_text_and_not_rounded(amount, text, cell):
    written = cell("invoiceAmount", invoice_amount=Decimal(amount))
    assert (written.data_type, written.value) == ("s", text)


@pytest.mark.parametrize("day", [date(1900, 3, 1), date(2026, 1, 31), date(9999, 12, 31)])
def test_a_day_is_a_date(day, cell):
    written = cell("dueDate", due_date=day)
    assert (written.is_date, written.value.date(), written.number_format) == (True, day, "yyyy-mm-dd")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(1900, 2, 28)])
def test_a_day_before_a_spreadsheets_calendar_is_right_is_a_text(day, cell):
    written = cell("dueDate", due_date=day)
    assert (written.data_type, written.value) == ("s", day.isoformat())


def test_a_moment_is_a_date_with_its_time_in_utc(account, rows):
    InvoiceFactory(account=account)
    Invoice.objects.update(created_at=datetime(2026, 1, 31, 23, 59, 59, 125000, UTC))
    [row] = rows(fields="createdAt")
    written = row["createdAt"]
    assert written.value.replace(tzinfo=UTC) == datetime(2026, 1, 31, 23, 59, 59, 125000, UTC)
    assert written.number_format == 'yyyy-mm-dd hh:mm:ss"Z"'


TEXTS = [
    '=HYPERLINK("http://x")',
    "=1",
    "+1+1",
    "-5",
    "@SUM(A1)",
    "0815",
    "1E5",
    "TRUE",
    "2026-01-31",
    "https://x.example",
]


@pytest.mark.parametrize(
    "text",
    [*TEXTS, " a ", "a\nb", "<b>&amp;", "ä€😀", "#N/A", "'", "_x0041_", "_x0041\x01", "_x005F\r", "_", "_x_", "a_xb"],
)
def test_a_text_stays_that_text(text, cell):
    written = cell("itemText", item_text=text)
    assert (written.data_type, text_of(written), written.hyperlink) == ("s", text, None)


@pytest.mark.parametrize("code", [*range(0x01, 0x20), 0x7F, 0x85, 0x2028, 0xFFFE, 0xFFFF])
def test_a_text_may_have_any_control_character(code, cell):
    assert text_of(cell("itemText", item_text=f"a{chr(code)}b")) == f"a{chr(code)}b"


@examples(60)
@given(
    text=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("_x0A\r\n&<"), max_size=20
    )
)
def test_any_text_comes_back(text, cell):
    Invoice.objects.all().delete()
    assert text_of(cell("itemText", item_text=text)) == text


@pytest.mark.parametrize("text", ["x" * 32_755, "😀" * 16_377 + "x", "ä" * 32_755])
def test_a_text_of_32767_characters_is_whole(text, cell):
    written = cell("extra", extra={"note": text})
    assert json.loads(text_of(written)) == {"note": text}


@pytest.mark.parametrize(("text", "length"), [("x" * 32_756, 32_768), ("😀" * 16_378, 32_768), ("=" * 90_000, 90_012)])
def test_a_text_that_no_cell_can_hold_is_not_cut_but_said_to_be_missing(text, length, cell):
    written = cell("extra", extra={"note": text})
    remark = f"[{length} characters, more than a cell can hold: format=csv and format=ndjson give them all]"
    assert text_of(written) == remark


def test_customers_leave_as_a_workbook_without_links(account, workbook):
    CustomerFactory(account=account, customer_number="0000004711", email_address="ap@example.com")
    [row] = rows_of(workbook("/jsonApi/customers").active)
    assert [text_of(row["customerno"]), text_of(row["emailaddress1"])] == ["0000004711", "ap@example.com"]
    assert row["emailaddress1"].hyperlink is None
