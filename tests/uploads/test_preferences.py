"""The `Prefer` header (RFC 7240): several preferences, in any order and spelling, unknown ones ignored."""

import pytest

from tests.factories import invoice_row

GOOD, BAD = invoice_row(), invoice_row(invoiceNumber="2", dueDate="soon")

LENIENT = [
    "handling=lenient",
    'handling="lenient"',
    "Handling = Lenient",
    "handling=lenient; because=night",
    "wait=10, handling=lenient",
    "handling=lenient, handling=strict",
    ", ,handling=lenient,",
    'colour="red, or blue", handling=lenient',
    'colour="a \\" b", handling=lenient',
]

NOT_LENIENT = [
    "",
    "lenient",
    "handling",
    "handling=",
    "handling=mild",
    "handling=strict, handling=lenient",
    "handling=mild, handling=lenient",
    "lenient=handling",
    'colour="red, handling=lenient"',
    'colour="red, handling=lenient',
    'colour="red", handling=strict, size="x, handling=lenient"',
]

APPLIED = [
    pytest.param("handling=strict", "handling=strict", id="one"),
    pytest.param("return=minimal, handling=strict", "return=minimal, handling=strict", id="two"),
    pytest.param("RETURN=Minimal; x=1, wait=5", "return=minimal", id="one of two"),
    pytest.param("return=minimal, return=representation", "return=minimal", id="the first of a kind"),
    pytest.param("return=representation, return=minimal", None, id="not the second of a kind"),
    pytest.param("wait=5, handling=mild", None, id="none"),
]


@pytest.mark.parametrize("header", LENIENT)
def test_a_preference_for_lenient_handling_is_understood(upload, header):
    assert upload([GOOD, BAD], headers={"Prefer": header}).status_code == 207


@pytest.mark.parametrize("header", NOT_LENIENT)
def test_what_is_no_preference_for_lenient_handling_is_ignored(upload, header):
    assert upload([GOOD, BAD], headers={"Prefer": header}).status_code == 400


@pytest.mark.parametrize(("header", "applied"), APPLIED)
def test_the_answer_names_the_preferences_that_were_honoured(upload, header, applied):
    response = upload([GOOD], headers={"Prefer": header})
    assert response.headers.get("Preference-Applied") == applied


def test_a_minimal_receipt_has_the_counts_alone(upload, client):
    response = upload([GOOD], headers={"Prefer": "return=minimal"})
    assert response.json() == client.get("/jsonApi/uploads").json()["results"][0]
    assert not {"totals", "errors", "warnings"} & response.json().keys()


def test_a_minimal_receipt_of_a_partial_upload_is_207(upload):
    response = upload([GOOD, BAD], headers={"Prefer": "return=minimal, handling=lenient"})
    assert (response.status_code, response.json()["rejected"]) == (207, 1)
    assert "errors" not in response.json()


def test_a_minimal_receipt_leaves_the_whole_one_at_its_address(upload, client):
    told = upload([GOOD], headers={"Prefer": "return=minimal"}).json()
    assert client.get(told["url"]).json()["totals"][0]["invoiceAmount"] == "12112"


def test_a_refusal_tells_its_errors_even_where_little_is_preferred(upload):
    response = upload([BAD], headers={"Prefer": "return=minimal"})
    assert [error["code"] for error in response.json()["errors"]] == ["invalid_date"]
