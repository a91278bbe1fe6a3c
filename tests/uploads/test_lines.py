"""Rows on lines of their own (NDJSON): cut at line feeds alone, so that a broken line is one bad row."""

import json
from uuid import UUID

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.worker import ingest_queued
from tests.factories import BY_WORKER, LENIENT, InvoiceFactory, customer_row, invoice_row
from tests.uploads.wire_texts import invoice_text

FORMS = [
    *("application/x-ndjson", "application/ndjson", "application/jsonl"),
    *("application/x-jsonlines", "application/jsonlines"),
]
LINES = {"content_type": FORMS[0]}
MEGABYTE = 1024 * 1024


def lines(*rows, end="\n"):
    return "".join(json.dumps(row) + end for row in rows)


def numbered(*numbers):
    return [invoice_row(invoiceNumber=f"{number}") for number in numbers]


BODIES = [
    pytest.param(lines(*numbered(1, 2)), 2, id="two lines"),
    pytest.param(lines(*numbered(1, 2)).rstrip(), 2, id="no line feed at the end"),
    pytest.param(lines(*numbered(1, 2), end="\r\n"), 2, id="CRLF"),
    pytest.param("\n\r\n" + lines(*numbered(1, 2), end="\n \t\n\n"), 2, id="blank lines"),
    pytest.param("  " + lines(*numbered(1, 2), end="  \n\t"), 2, id="blanks around rows"),
    pytest.param("\ufeff" + lines(*numbered(1, 2)), 2, id="a byte order mark"),
    pytest.param(lines(*numbered(1)), 1, id="one line"),
    pytest.param(lines(invoice_row(itemText="a\nb\r\n}, {")), 1, id="an escaped line feed"),
    pytest.param(lines(invoice_row()).replace("21321", "a\u2028b\x85c"), 1, id="other line ends within a text"),
]

NO_ROWS = [
    pytest.param("hello", "invalid_json", id="no JSON"),
    pytest.param(lines(invoice_row()).strip()[:-1], "truncated_json", id="half a row"),
    pytest.param(lines(invoice_row()).strip() + ",", "invalid_json", id="a comma behind the row"),
    pytest.param(lines(invoice_row()).strip() * 2, "invalid_json", id="two rows"),
    pytest.param(lines([invoice_row()]).strip(), "not_an_object", id="an array of a row"),
    pytest.param("NaN", "not_an_object", id="NaN"),
    pytest.param("[" * 100_000, "too_deep", id="100,000 brackets"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("body", "count"), BODIES)
def test_every_line_is_a_row(receipt, form, body, count):
    told = receipt(body.encode(), content_type=form)
    assert (told["received"], told["created"]) == (count, count)


@pytest.mark.parametrize("form", ["application/x-ndjson; charset=utf-8", "Application/JSONL"])
def test_lines_are_taken_however_their_content_type_is_spelt(receipt, form):
    assert receipt(lines(*numbered(1, 2)), content_type=form)["created"] == 2


def test_customers_may_come_on_lines(receipt):
    told = receipt(lines(customer_row(), customer_row(customerno="2")), "customers", **LINES)
    assert told["created"] == 2


@pytest.mark.parametrize(("line", "code"), NO_ROWS)
def test_a_line_that_is_no_row_is_refused_by_itself(upload, line, code):
    body = lines(*numbered(1)) + line + "\n" + lines(*numbered(3))
    told = upload(body, headers=LENIENT, **LINES).json()
    assert [(error["index"], error["pointer"], error["code"]) for error in told["errors"]] == [(1, "/1", code)]
    assert (told["received"], told["created"], told["rejected"]) == (3, 2, 1)


def test_a_line_that_is_not_utf_8_is_refused_by_itself(upload):
    body = lines(*numbered(1)).encode() + b'{"itemText": "Gr\xfc\xdfe"}\n' + lines(*numbered(3)).encode()
    told = upload(body, headers=LENIENT, **LINES).json()
    assert [(error["index"], error["code"]) for error in told["errors"]] == [(1, "not_utf8")]
    assert told["created"] == 2


def test_a_strict_upload_with_a_line_that_is_no_row_is_refused_whole(refusal):
    problem = refusal(lines(*numbered(1)) + "hello\n", **LINES)
    assert (problem["received"], problem["rejected"], problem["invalid"]) == (2, 2, 1)


def test_an_error_counts_rows_and_not_blank_lines(errors):
    [error] = errors("\n" + lines(*numbered(1), end="\n\n") + lines(invoice_row(dueDate="soon")), **LINES)
    assert (error["index"], error["pointer"]) == (1, "/1/dueDate")
    assert error["message"].startswith("row 2: ")


def test_lines_of_several_megabytes_are_taken_in_order(receipt):
    rows = [invoice_row(invoiceNumber=f"{number}", itemText="}, {" * 400) for number in range(2000)]
    assert receipt(lines(*rows), **LINES)["created"] == 2000
    stored = Invoice.objects.order_by("id").values_list("invoice_number", flat=True)
    assert list(stored) == [f"{number}" for number in range(2000)]


def test_a_line_that_never_ends_is_refused_at_its_row(refusal):
    problem = refusal(lines(*numbered(1, 2)) + "x" * 6 * MEGABYTE, **LINES)
    [error] = problem["errors"]
    assert (error["index"], error["code"]) == (2, "row_too_large")


def test_an_upload_that_breaks_after_bad_rows_counts_none_of_them(refusal):
    bad = lines(*[invoice_row(dueDate="soon")] * 1200)
    problem = refusal(bad + "x" * 6 * MEGABYTE, **LINES)
    assert [error["code"] for error in problem["errors"]] == ["row_too_large"]
    assert (problem["received"], problem["invalid"], problem["rejectedOmitted"]) == (0, 0, 0)
    assert problem["detail"].startswith("row 1201: ")


def test_lines_sent_as_json_are_refused_with_the_name_of_their_form(refusal):
    assert "application/x-ndjson" in refusal(lines(*numbered(1, 2)))["detail"]


@pytest.mark.parametrize(
    "form",
    [
        *("application/ndjson", "application/x-ndjson", "application/jsonl", "application/x-jsonlines"),
        *("application/jsonlines", "Application/NDJSON; charset=utf-8"),
    ],
)
def test_lines_of_json_are_known_under_each_of_their_names(form, receipt, upload):
    body = "\n".join([invoice_text(), invoice_text(invoiceNumber="2")])
    assert receipt(body, content_type=form)["created"] == 2
    queued = upload(body, content_type=form, headers=BY_WORKER).json()
    ingest_queued(UUID(queued["id"]))
    assert Upload.objects.get(pk=queued["id"]).unchanged_count == 2


@pytest.mark.parametrize("form", ["application/ndjson", "application/x-ndjson", "application/jsonl;q=0.9"])
def test_a_list_comes_as_lines_under_each_of_their_names(form, client, account):
    InvoiceFactory.create_batch(2, account=account)
    response = client.get("/jsonApi/invoices", headers={"Accept": form})
    assert response["Content-Type"].startswith("application/x-ndjson")
    assert len(response.getvalue().splitlines()) == 2
