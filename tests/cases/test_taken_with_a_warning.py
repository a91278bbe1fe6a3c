"""Values that are not written as the contract has them, but say only one thing: taken, and warned of."""

import gzip
import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.rows.decoding import compiled_rows
from receivables.uploads.rows.serializers import InvoiceUploadSerializer
from receivables.uploads.worker.queued_uploads import ingest_queued
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row
from tests.uploads.staff import Uploader, uploaded, words
from tests.uploads.wire_texts import after_a_good_row, invoice_text

TABLE = {"headers": {"Prefer": "source=table"}}
JANUARY = date(2026, 1, 31)


def warnings_of(told):
    return [(warning["code"], warning["field"]) for warning in told["warnings"]]


def is_read_fast(account, **values):
    """Whether the compiled reading takes a row by itself, in place of leaving it to the serializer."""
    read = compiled_rows(InvoiceUploadSerializer, account).read(0, [json.dumps(invoice_row(**values)).encode()])
    return len(read.records) == 1


DATE_TIMES = [
    *("2026-01-31T00:00:00", "2026-01-31 00:00:00", "2026-01-31T00:00", "2026-01-31 00:00"),
    *("2026-01-31T23:59:59.999", "2026-01-31 09:30:00.123456789", "2026-01-31 09:30:00,123", "2026-01-31t09:30:00"),
    *("2026-01-31T00:00:00+0100", "2026-01-31T00:00:00+01", "2026-01-31 00:00:00 +0100", "2026-01-31 00:00+00"),
    *("2026-01-31T00:00Z", "2026-01-31T00:00:00.000-0800", "2026-01-31 00:00:00Z", "2026-01-31T23:59:60"),
    *("20260131T000000", "20260131T0930", "20260131T093000Z", "20260131T093000.5+0530"),
]


@pytest.mark.parametrize("text", DATE_TIMES)
def test_a_date_time_is_the_day_that_it_names(text, receipt, account):
    told = receipt([invoice_row(dueDate=text)])
    assert Invoice.objects.get().due_date == JANUARY
    assert warnings_of(told) == [("date_with_time", "dueDate")]
    assert is_read_fast(account, dueDate=text)


IMPOSSIBLE = [
    *("2026-01-31T24:00:00", "2026-01-31T25:00", "2026-01-31T10:60:00", "2026-01-31T10:00:61", "2026-01-31T10"),
    *("2026-01-31T", "2026-01-31T1:00", "2026-01-31 10:00 PM", "2026-02-30T00:00:00", "2026-01-31T10:00:00+2400"),
    *("2026-01-31T10:00:00+01:60", "2026-01-31T10:00:00+1", "20260131 093000", "20260131T24", "20260230T093000"),
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_time_that_is_none_is_refused(text, errors, account):
    [error] = errors([invoice_row(dueDate=text)])
    assert (error["field"], error["code"]) == ("dueDate", "invalid_date")
    assert not is_read_fast(account, dueDate=text)


PLACEHOLDERS = [
    *("0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "0000-00-00 00:00:00.000000", "00.00.0000"),
    *("00/00/0000", "0000/00/00", "0000.00.00", "00-00-0000", "00.00.00", "0000-00-00T00:00:00Z"),
    *("0001-01-01", "0001-01-01T00:00:00", "0001-01-01 00:00:00", "0001-01-01T00:00:00+00:00", "00010101"),
    *("01.01.0001", "01/01/0001", "1/1/0001", " 0000-00-00 ", "00000000T000000"),
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_of_a_date_is_none(text, receipt, account):
    receipt([invoice_row(dueDate="2026-01-31")])
    told = receipt([invoice_row(dueDate=text)])
    assert Invoice.objects.get().due_date is None
    assert warnings_of(told) == [("placeholder_date", "dueDate")]
    assert is_read_fast(account, dueDate=text)


@pytest.mark.parametrize("text", ["00.00.0000", "0000-00-00 00:00:00"])
def test_a_placeholder_of_a_date_is_none_in_a_table(text, receipt):
    assert warnings_of(receipt([invoice_row(dueDate=text)], **TABLE)) == [("placeholder_date", "dueDate")]


@pytest.mark.parametrize("text", ["0000-00-01", "0000-01-00", "00.01.0000", "0000-00.00", "0000-00-00 25:00", "0"])
def test_what_only_resembles_a_placeholder_is_refused(text, errors):
    [error] = errors([invoice_row(dueDate=text)])
    assert error["code"] == "invalid_date"


@pytest.mark.parametrize("text", ["", " ", "   ", "\t", "\u00a0"])
def test_a_blank_optional_amount_is_none(text, receipt, account):
    receipt([invoice_row(localAmount=12)])
    told = receipt([invoice_row(localAmount=text)])
    assert Invoice.objects.get().local_amount is None
    assert warnings_of(told) == [("blank_amount", "localAmount")]
    assert is_read_fast(account, localAmount=text)


@pytest.mark.parametrize("text", ["", " ", "   ", "\t", "\u00a0"])
def test_a_blank_required_amount_is_refused(text, errors, account):
    [error] = errors([invoice_row(invoiceAmount=text)])
    assert (error["field"], error["code"]) == ("invoiceAmount", "invalid_amount")
    assert not is_read_fast(account, invoiceAmount=text)


EXPONENTS = {
    "0.1234e4": 1234,
    "1.2E+3": 1200,
    "12e2": 1200,
    "-1.5e1": -15,
    "1E3": 1000,
    "5e0": 5,
    "1200e-2": 12,
    " 1e3 ": 1000,
}


@pytest.mark.parametrize(("text", "amount"), EXPONENTS.items(), ids=EXPONENTS)
@pytest.mark.parametrize("field", ["invoiceAmount", "localAmount"])
def test_an_amount_with_an_exponent_is_taken_as_text(text, amount, field, receipt, account):
    told = receipt([invoice_row(**{field: text})])
    stored = Invoice.objects.get()
    assert {"invoiceAmount": stored.invoice_amount, "localAmount": stored.local_amount}[field] == amount
    assert warnings_of(told) == [("amount_with_exponent", field)]
    assert is_read_fast(account, **{field: text})


@pytest.mark.parametrize("text", ["1.2345e2", "1e-1", "1e400", "1e99", "e3", "1e", "1e3.5", "0x1e3", "1,2e3"])
def test_an_exponent_is_taken_no_further_than_that_of_a_number(text, errors, account):
    [error] = errors([invoice_row(invoiceAmount=text)])
    assert error["code"] in {"too_many_decimal_places", "amount_out_of_range", "invalid_amount"}
    assert not is_read_fast(account, invoiceAmount=text)


def test_an_exponent_may_leave_the_places_that_the_account_allows(receipt, account):
    type(account).objects.update(amount_decimal_places=2)
    receipt([invoice_row(invoiceAmount="1.2345e2")])
    assert Invoice.objects.get().invoice_amount == Decimal("123.45")


@pytest.mark.parametrize("text", ["1.23457E+11", "1.2E+3", "0.1234e4"])
def test_a_cell_with_an_exponent_is_refused_for_its_digits_may_be_lost(text, errors):
    [error] = errors([invoice_row(invoiceAmount=text)], **TABLE)
    assert error["code"] == "shortened_number"


LINES = "application/x-ndjson"
NOTHING = {
    "an empty array": ("[]", "application/json"),
    "an empty array with blanks": (" [ \n ] \n", "application/json"),
    "an empty body": ("", "application/json"),
    "blanks alone": (" \r\n\t\n", "application/json"),
    "a byte order mark": ("\ufeff", "application/json"),
    "a byte order mark and an array": ("\ufeff[]", "application/json"),
    "no line": ("", LINES),
    "a blank line": ("\n", LINES),
    "blank lines": (" \r\n\t\n", LINES),
    "a byte order mark in lines": ("\ufeff\n", LINES),
    "no line under another name": ("\n", "application/ndjson"),
}
every_nothing = pytest.mark.parametrize(("body", "form"), NOTHING.values(), ids=NOTHING)


@every_nothing
@pytest.mark.parametrize("resource", ["invoices", "customers"])
@pytest.mark.parametrize("query", ["", "?expectedRows=0", "?dryRun=true"])
def test_an_upload_without_rows_is_a_success(body, form, resource, query, receipt):
    told = receipt(body.encode(), resource, query=query, content_type=form)
    counts = [told[name] for name in ("received", "created", "updated", "unchanged", "rejected")]
    assert (told["outcome"], counts, told["errors"], told["warnings"]) == ("accepted", [0] * 5, [], [])
    assert Upload.objects.get().is_dry_run == (query == "?dryRun=true")


@every_nothing
def test_rows_that_were_expected_are_missed(body, form, errors):
    [error] = errors(body.encode(), query="?expectedRows=5", content_type=form)
    assert (error["code"], "expectedRows is 5, but 0 came" in error["message"]) == ("unexpected_rows", True)


@every_nothing
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_worker_takes_an_upload_without_rows(body, form, coding, upload, client):
    sent = gzip.compress(body.encode()) if coding == "gzip" else body.encode()
    headers = {"Prefer": "respond-async", "Content-Encoding": coding}
    queued = upload(sent, content_type=form, headers=headers)
    assert queued.status_code == 202
    ingest_queued(UUID(queued.json()["id"]))
    told = client.get(f"/jsonApi/uploads/{queued.json()['id']}").json()
    assert (told["outcome"], told["received"], told["state"]) == ("accepted", 0, "finished")


@pytest.mark.parametrize("body", [b"", b"[]", b" \n"], ids=repr)
def test_nothing_may_come_compressed(body, receipt):
    assert receipt(gzip.compress(body), headers={"Content-Encoding": "gzip"})["received"] == 0


def test_a_compressed_body_of_no_bytes_has_no_rows(receipt):
    assert receipt(b"", headers={"Content-Encoding": "gzip"})["received"] == 0


def test_compressed_nothing_that_is_cut_short_is_refused(errors):
    [error] = errors(gzip.compress(b"")[:-9], headers={"Content-Encoding": "gzip"})
    assert error["code"] == "body_cut_short"


def test_a_request_without_a_body_is_an_upload_without_rows(client):
    response = client.post("/jsonApi/upload/invoices")
    assert (response.status_code, response.json()["received"]) == (200, 0)


@every_nothing
def test_the_same_nothing_under_a_key_is_one_upload(body, form, receipt, upload):
    options = {"content_type": form, "headers": {"Idempotency-Key": "night"}}
    first, again = (receipt(body.encode(), **options) for _ in range(2))
    assert again == first
    assert upload([invoice_row()], headers={"Idempotency-Key": "night"}).status_code == 422


@pytest.mark.parametrize("body", ["null", '""', "0", "[", "[]]", "[],", "{", "false"])
def test_what_is_not_even_nothing_is_refused(body, upload):
    assert upload(body.encode()).status_code == 400


def test_nothing_stored_is_lost_by_an_upload_without_rows(receipt, account):
    InvoiceFactory(account=account)
    CustomerFactory(account=account)
    receipt(b"")
    assert (Invoice.objects.count(), account.customers.count()) == (1, 1)


def test_staff_are_shown_an_upload_without_rows(receipt, account):
    told = receipt(b"")
    page = Uploader(account).page(f"{told['id']}/change/")
    assert page.status_code == 200
    assert "The upload had no rows, so nothing changed." in words(page)


FILES = {
    "a header alone": ("night.csv", b"customerNumber,invoiceNumber,invoiceAmount\n"),
    "a header without its line end": ("night.csv", b"customerNumber;invoiceNumber;invoiceAmount"),
    "a header and blank lines": ("night.csv", b"customerNumber,invoiceNumber,invoiceAmount\r\n\r\n\r\n"),
    "an empty array": ("night.json", b"[]"),
    "an empty JSON file": ("night.json", b""),
    "an empty file of lines": ("night.ndjson", b""),
    "blank lines": ("night.jsonl", b"\n \n"),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES)
def test_a_file_without_rows_is_said_to_be_one_and_taken(name, content, account):
    uploader = Uploader(account)
    page = uploader.choose(name, content)
    assert "The file has no rows." in words(page)
    assert "All rows can be taken" not in words(page)
    page = uploader.go("confirm")
    assert "The upload had no rows, so nothing changed." in words(page)
    assert (uploaded().outcome, uploaded().received_count) == ("accepted", 0)


@pytest.mark.parametrize(
    "form",
    [
        *("application/ndjson", "application/x-ndjson", "application/jsonl", "application/x-jsonlines"),
        *("application/jsonlines", "Application/NDJSON; charset=utf-8"),
    ],
)
def test_lines_of_json_are_known_under_each_of_their_names(form, receipt, upload):
    lines = "\n".join([invoice_text(), invoice_text(invoiceNumber="2")])
    assert receipt(lines, content_type=form)["created"] == 2
    queued = upload(lines, content_type=form, headers={"Prefer": "respond-async"}).json()
    ingest_queued(UUID(queued["id"]))
    assert Upload.objects.get(pk=queued["id"]).unchanged_count == 2


@pytest.mark.parametrize("form", ["application/ndjson", "application/x-ndjson", "application/jsonl;q=0.9"])
def test_a_list_comes_as_lines_under_each_of_their_names(form, client, account):
    InvoiceFactory.create_batch(2, account=account)
    response = client.get("/jsonApi/invoices", headers={"Accept": form})
    assert response["Content-Type"].startswith("application/x-ndjson")
    assert len(response.getvalue().splitlines()) == 2


def test_a_bad_value_beside_a_tolerated_one_names_its_own_row(errors):
    [error] = errors(after_a_good_row(invoice_text(dueDate='"2026-01-31T00:00"', localAmount='"x"')))
    assert (error["index"], error["field"]) == (1, "localAmount")


def test_a_table_may_have_placeholders_among_its_dates(account):
    uploader = Uploader(account)
    rows = b"1;S1;10;2025-12-31\n1;S2;10;00.00.0000\n1;S3;10;2025-12-31 00:00:00\n1;S4;10;0000-00-00\n"
    page = uploader.choose("night.csv", b"customerNumber;invoiceNumber;invoiceAmount;dueDate\n" + rows)
    assert "All rows can be accepted." in words(page)
    uploader.go("confirm")
    found = dict(Invoice.objects.values_list("invoice_number", "due_date"))
    day = date(2025, 12, 31)
    assert found == {"S1": day, "S2": None, "S3": day, "S4": None}
    assert {warning["code"]: warning["rows"] for warning in uploaded().warnings} == {
        "placeholder_date": 2,
        "date_with_time": 1,
    }
