"""Bodies that were meant as rows: what stands in the way is named, with the remedy."""

import gzip
import io
import json
import zipfile

import pytest

from tests.factories import customer_row, invoice_row
from tests.uploads.codings import zstd

ROWS = [invoice_row(invoiceNumber=f"{number}") for number in range(3)]
PLAIN = json.dumps(ROWS).encode()

WRAPPED = {
    "data": ({"data": ROWS}, "data"),
    "invoices": ({"invoices": ROWS}, "invoices"),
    "value, as OData has it": ({"@odata.context": "x", "value": ROWS}, "value"),
    "two deep, as OData had it": ({"d": {"results": ROWS}}, "d.results"),
    "within an array": ([{"data": ROWS}], "data"),
    "beside a count": ({"count": 3, "next": None, "results": ROWS}, "results"),
}


@pytest.mark.parametrize(("body", "key"), WRAPPED.values(), ids=WRAPPED)
def test_an_array_within_an_object_is_named_by_its_key(body, key, errors):
    assert errors(body) == [
        {
            "index": 0,
            "pointer": "/0",
            "code": "wrapped_rows",
            "message": f'row 1: is an object in which an array of 3 objects stands under "{key}". '
            "Send that array as the body, without the object around it.",
            "identity": {},
        }
    ]


def test_customers_within_an_object_are_named_too(errors):
    [error] = errors({"customers": [customer_row()]}, "customers")
    assert error["code"] == "wrapped_rows"


def test_a_wrapped_array_beyond_the_size_of_a_row_is_named(errors):
    body = json.dumps({"data": [invoice_row(itemText="x" * 1000)] * 5000})
    [error] = errors(body)
    assert (error["code"], error["message"]) == (
        "wrapped_rows",
        'row 1: is an object of more than 4,194,304 bytes in which an array of objects stands under "data". '
        "Send that array as the body, without the object around it.",
    )


def test_a_row_with_an_array_of_its_own_is_told_what_it_lacks(errors):
    row = invoice_row(lines=[{"text": "a"}])
    del row["invoiceNumber"]
    [error] = errors([row])
    assert (error["field"], error["code"]) == ("invoiceNumber", "required")


def test_a_row_may_hold_an_array_of_objects(receipt):
    assert receipt(invoice_row(lines=[{"text": "a"}]))["created"] == 1


@pytest.mark.parametrize(
    "key", ["CustomerNumber", "CUSTOMERNUMBER", "customer_number", "Customer Number", "customer-number"]
)
def test_a_required_key_in_another_spelling_is_named(key, errors):
    row = invoice_row()
    row[key] = row.pop("customerNumber")
    [error] = errors([row])
    assert (error["field"], error["code"]) == ("customerNumber", "required")
    assert error["message"] == (
        f'row 1: customerNumber is missing, but "{key}" was sent. '
        "Names must be spelt exactly: rename it to customerNumber."
    )


def test_a_row_in_capitals_has_every_required_key_named(errors):
    found = errors([{name.upper(): value for name, value in invoice_row().items()}])
    assert [error["message"].split('"')[1] for error in found] == ["CUSTOMERNUMBER", "INVOICENUMBER", "INVOICEAMOUNT"]


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_a_compressed_body_without_its_header_is_named(coding, pack, media_type, errors):
    [error] = errors(pack(PLAIN), content_type=media_type)
    assert error == {
        "code": "undeclared_coding",
        "message": "The body is compressed, and no header says so. "
        f"Send the header Content-Encoding: {coding} with it.",
    }


def test_a_body_compressed_twice_is_named(errors):
    [error] = errors(gzip.compress(gzip.compress(PLAIN)), headers={"Content-Encoding": "gzip"})
    assert error["message"] == "The body was compressed twice. Compress it once."


def test_an_excel_workbook_as_a_body_is_named(errors):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    [error] = errors(archive.getvalue())
    assert (error["code"], error["message"][:50]) == (
        "not_an_array",
        "The body is a ZIP archive or an Excel workbook. Se",
    )


def test_json_within_a_json_text_is_named(errors):
    [error] = errors(json.dumps(json.dumps(ROWS)))
    assert error["message"].startswith("The body is a JSON text that holds JSON: it was encoded twice.")
