"""Bodies that are no array of rows. Each is refused whole, with a code, at the row it breaks in."""

import pytest

from receivables.models import Invoice
from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import after_a_good_row, invoice_text, nested

ROW = invoice_text()

BODIES_BROKEN_AS_A_WHOLE = [
    pytest.param("hello", "not_an_array", id="no JSON"),
    pytest.param("<rows/>", "not_an_array", id="XML"),
    pytest.param("customerNumber,invoiceNumber\n1,2", "not_an_array", id="CSV"),
    pytest.param("null", "not_an_array", id="null"),
    pytest.param("12112", "not_an_array", id="a number"),
    pytest.param('"rows"', "not_an_array", id="a text"),
    pytest.param("NaN", "not_an_array", id="NaN"),
    pytest.param(f"[{ROW}] and more", "invalid_json", id="text after the array"),
    pytest.param("[] and more", "invalid_json", id="text after an empty array"),
    pytest.param(f"[{ROW}][{ROW}]", "invalid_json", id="a second array"),
    pytest.param(f"[{ROW}]]", "invalid_json", id="a second bracket"),
    pytest.param(f"{ROW}\n{ROW}", "invalid_json", id="a row on each line"),
    pytest.param(f"[{ROW}]".encode("utf-16"), "not_utf8", id="UTF-16 with a byte order mark"),
    pytest.param(f"[{ROW}]".encode("utf-16-le"), "not_utf8", id="UTF-16, little end first"),
    pytest.param(f"[{ROW}]".encode("utf-16-be"), "not_utf8", id="UTF-16, big end first"),
    pytest.param(f"[{ROW}]".encode("utf-32"), "not_utf8", id="UTF-32"),
]

BODIES_BROKEN_IN_THE_SECOND_ROW = [
    pytest.param(f"[{ROW}, {ROW[:20]}", "truncated_json", id="cut in a text"),
    pytest.param(f"[{ROW}, {ROW[:-3]}", "truncated_json", id="cut in a number"),
    pytest.param(f"[{ROW}, {ROW[:18]}", "truncated_json", id="cut after a colon"),
    pytest.param(f"[{ROW},", "truncated_json", id="cut after a comma"),
    pytest.param(f"[{ROW}, {ROW}", "truncated_json", id="no closing bracket"),
    pytest.param(f"[{ROW}, {ROW[:-1]}", "truncated_json", id="no closing brace"),
    pytest.param(f"[{ROW}, {ROW} {ROW}]", "invalid_json", id="no comma between rows"),
    pytest.param(f"[{ROW},]", "invalid_json", id="a comma after the last row"),
    pytest.param(f"[{ROW}, {ROW[:-1]},}}]", "invalid_json", id="a comma after the last key"),
    pytest.param(f"[{ROW}, {{'invoiceNumber': 1}}]", "invalid_json", id="single quotes"),
    pytest.param(after_a_good_row(invoice_text(invoiceAmount="012")), "invalid_json", id="a number from 0"),
    pytest.param(after_a_good_row(invoice_text(invoiceAmount="+12")), "invalid_json", id="a number from +"),
    pytest.param(after_a_good_row(invoice_text(invoiceAmount="12.")), "invalid_json", id="a number to its point"),
    pytest.param(after_a_good_row(invoice_text(invoiceAmount="0x0C")), "invalid_json", id="a number in base 16"),
    pytest.param(after_a_good_row(invoice_text(itemText='"a\0b"')), "invalid_json", id="a raw NUL"),
    pytest.param(after_a_good_row(invoice_text(itemText='"a\nb"')), "invalid_json", id="a raw line feed"),
    pytest.param(after_a_good_row(invoice_text(itemText=r'"\x41"')), "invalid_json", id="an unknown escape"),
    pytest.param(f"[{ROW}, {'[' * 10_000}", "too_deep", id="10,000 brackets"),
    pytest.param(after_a_good_row('{"itemText": "Grüße"}').encode("latin-1"), "not_utf8", id="Latin-1"),
    pytest.param(
        f"[{ROW}, ".encode() + b'{"itemText": "\xed\xa0\x80"}]', "not_utf8", id="half a surrogate pair in bytes"
    ),
]

NO_ROWS = [
    pytest.param("null", id="null"),
    pytest.param("12112", id="a number"),
    pytest.param('"row"', id="a text"),
    pytest.param("true", id="true"),
    pytest.param("NaN", id="NaN"),
    pytest.param("-Infinity", id="minus infinity"),
    pytest.param("[]", id="an empty array"),
    pytest.param(f"[{ROW}]", id="an array of a row"),
]


@pytest.mark.parametrize(("body", "code"), BODIES_BROKEN_AS_A_WHOLE)
def test_a_body_that_is_no_array_of_rows_is_refused(refusal, body, code):
    [error] = refusal(body)["errors"]
    assert error == {"code": code, "message": error["message"]}


@pytest.mark.parametrize(("body", "code"), BODIES_BROKEN_IN_THE_SECOND_ROW)
def test_a_body_that_breaks_in_a_row_names_the_row(refusal, body, code):
    [error] = refusal(body)["errors"]
    assert (error["index"], error["pointer"], error["code"]) == (1, "/1", code)


def test_a_body_cut_within_a_character_is_refused(refusal):
    [error] = refusal(f"[{ROW}, ".encode() + b'{"itemText": "\xf0\x9f\x92')["errors"]
    assert error["code"] == "not_utf8"


@pytest.mark.parametrize("row", NO_ROWS)
def test_an_array_item_that_is_no_object_is_refused(refusal, row):
    [error] = refusal(after_a_good_row(row))["errors"]
    assert (error["index"], error["pointer"], error["code"]) == (1, "/1", "not_an_object")


def test_a_body_cut_at_any_byte_is_refused(refusal):
    body = f"[{invoice_text(invoiceAmount='-12.0e0', billAddr='[true, null]')}]"
    codes = {refusal(body[:end])["errors"][0]["code"] for end in range(1, len(body))}
    assert codes <= {"truncated_json", "invalid_json"}


def test_an_address_10_000_deep_is_refused_under_its_own_key(refusal):
    [error] = refusal(after_a_good_row(invoice_text(billAddr=nested(10_000))))["errors"]
    assert (error["index"], error["pointer"], error["field"]) == (1, "/1/billAddr", "billAddr")
    assert error["code"] == "too_deep"


def test_a_body_that_breaks_in_a_row_counts_no_more_invalid_rows_than_it_received(refusal):
    problem = refusal(f"[{ROW}, {ROW}")
    assert problem["invalid"] <= problem["received"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "text/csv"])
def test_another_content_type_is_refused(client, media_type):
    response = client.post("/jsonApi/upload/invoices", f"[{ROW}]", content_type=media_type)
    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_its_content_type_is_spelt(client, media_type):
    assert client.post("/jsonApi/upload/invoices", f"[{ROW}]", content_type=media_type).status_code == 200


@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_an_array_over_the_row_limit_is_refused(refusal, settings, resource):
    settings.UPLOAD_MAX_ROWS = 2
    rows = [invoice_row(invoiceNumber=f"{n}") | customer_row(customerno=f"{n}") for n in range(3)]
    assert [error["code"] for error in refusal(rows, resource, status=413)["errors"]] == ["too_many_rows"]


def test_an_array_at_the_row_limit_is_taken(receipt, settings):
    settings.UPLOAD_MAX_ROWS = 2
    assert receipt([invoice_row(invoiceNumber=f"{n}") for n in range(2)])["created"] == 2


def test_a_body_over_the_byte_limit_is_refused(refusal, settings):
    settings.UPLOAD_MAX_BYTES = 100
    assert [error["code"] for error in refusal(f"[{ROW}, {ROW}]", status=413)["errors"]] == ["body_too_large"]


def test_an_empty_array_is_taken_and_counts_nothing(receipt):
    told = receipt([])
    counts = [told[count] for count in ("received", "created", "updated", "unchanged", "rejected", "invalid")]
    assert counts == [0, 0, 0, 0, 0, 0]
    assert told["outcome"] == "accepted"


def test_a_byte_order_mark_before_utf_8_is_tolerated(receipt):
    assert receipt(f"[{ROW}]".encode("utf-8-sig"))["created"] == 1


def test_blanks_around_the_array_and_its_rows_are_tolerated(receipt):
    assert receipt(f"\r\n\t [ {ROW} ]\n")["created"] == 1


def test_a_coding_that_is_not_understood_is_refused(client):
    response = client.post(
        "/jsonApi/upload/invoices", b"\x0b\x02", content_type="application/json", headers={"Content-Encoding": "br"}
    )
    assert response.status_code == 415
    assert response.json()["errors"][0]["code"] == "unknown_coding"
