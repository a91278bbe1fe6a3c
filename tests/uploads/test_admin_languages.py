"""Staff read in their language what was found in uploads; senders read it in English, whatever they ask for."""

import json

import pytest
from django.utils.translation import gettext, override

from receivables.uploads.admin import texts
from receivables.uploads.admin.texts import error_text, refusal_text, warning_text
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.loads.messages import BLANK_CODE
from receivables.uploads.messages import PHRASES
from receivables.uploads.models import Upload
from receivables.uploads.reading.messages import NO_COMMA, REASONS
from receivables.uploads.warnings import WARNINGS
from tests.factories import LENIENT, invoice_row
from tests.uploads import sheet_rows, test_broken_workbooks, test_feed_files
from tests.uploads.staff import Uploader, rows_file, words
from tests.uploads.test_bad_input import BODIES_BROKEN_AS_A_WHOLE, BODIES_BROKEN_IN_THE_SECOND_ROW, NO_ROWS
from tests.uploads.test_bad_values import AMOUNTS, DATES, JSON_VALUES, TEXTS
from tests.uploads.test_expectations import UNEXPECTED
from tests.uploads.test_tolerances import TOLERATED
from tests.uploads.wire_texts import invoice_text

BAD_VALUES = [("invoiceAmount", AMOUNTS), ("itemText", TEXTS), ("dueDate", DATES), ("billAddr", JSON_VALUES)]

LOOKING_WRONG = [
    invoice_row(invoiceNumber="a", status="Paid", currency="50", debitCreditIndicator="C", postingKey="011"),
    invoice_row(invoiceNumber="b", balanceAmount="-5", debitCreditIndicator="S", currency="usd"),
    invoice_row(invoiceNumber="c", invoiceDate="2026-01-31", dueDate="2026-01-30", currency="USD"),
    invoice_row(invoiceNumber="d", debitCreditIndicator="X"),
]


@pytest.fixture
def staff(account):
    return Uploader(account, may=("view_upload", "add_upload", "view_invoice"))


def left_by(upload, body, **options):
    upload(body, **options)
    return Upload.objects.latest("created_at")


def in_both(text_of, *args):
    with override("en"):
        english = text_of(*args)
    with override("de"):
        return english, text_of(*args)


def untold(upload):
    """Return the errors of an upload whose English is not what is stored, or that have no German."""
    both = [(error, *in_both(error_text, upload, error)) for error in upload.errors]
    assert both
    return [error for error, english, german in both if not error["message"].endswith(english) or german == english]


@pytest.mark.parametrize("text", texts.TEXTS.values(), ids=texts.TEXTS)
def test_every_text_of_a_message_has_german(text):
    with override("de"):
        assert gettext(text) != text


@pytest.mark.parametrize("text", [*WARNINGS.values(), *PHRASES, BLANK_CODE, NO_COMMA, *REASONS])
def test_every_warning_and_every_part_of_a_message_has_german(text):
    with override("de"):
        assert gettext(text) != text


def test_bad_values_are_told_in_german_and_in_the_very_english_that_is_stored(upload):
    rows = [invoice_text(**{field: case.values[0]}) for field, cases in BAD_VALUES for case in cases if case.values]
    rows += [case.values[0] for case in NO_ROWS]
    assert untold(left_by(upload, f"[{','.join(rows)}]", headers=LENIENT)) == []


@pytest.mark.parametrize(("body", "code"), [*BODIES_BROKEN_AS_A_WHOLE, *BODIES_BROKEN_IN_THE_SECOND_ROW])
def test_broken_bodies_are_told_in_german(body, code, upload):
    refused = left_by(upload, body)
    assert (refused.errors[0]["code"], untold(refused)) == (code, [])


@pytest.mark.parametrize(("rows", "query", "codes", "message"), UNEXPECTED)
def test_what_is_not_as_expected_is_told_in_german(rows, query, codes, message, upload):
    refused = left_by(upload, rows, query=query)
    assert ([error["code"] for error in refused.errors], untold(refused)) == (codes, [])


def test_tolerances_are_told_in_german_and_in_the_very_english_that_is_stored(upload):
    tolerated = [(field, value) for field, value, *_ in (case.values for case in TOLERATED)]
    rows = [invoice_text(**{"invoiceNumber": str(place), name: text}) for place, (name, text) in enumerate(tolerated)]
    rows += [rows[0], invoice_text(dueDat="null", openAmount="5"), *map(json.dumps, LOOKING_WRONG)]
    upload(f"[{invoice_text(invoiceNumber=json.dumps('01'))}]")  # near to a row
    taken = left_by(upload, f"[{','.join(rows)}]", headers=LENIENT)
    found = taken.warnings
    assert {warning["code"] for warning in found} == WARNINGS.keys() - {
        "odd_email",  # of customers
        "beyond_a_cell",  # of tables
        "outside_scope",  # of full loads
        "older_than_full_load",
        "refused_row_of_closed_item",
    }
    both = [(warning["message"], *in_both(warning_text, taken, warning)) for warning in found]
    assert [told for told, english, german in both if not told.startswith(english) or german == english] == []


BROKEN_FILES = {
    **{name: (sheet_rows.rows, content) for name, (content, _) in test_broken_workbooks.REFUSED.items()},
    **{name: (test_feed_files.lines, *given) for name, (*given, _) in test_feed_files.REFUSED.items()},
}


@pytest.mark.parametrize(("read", "given"), [(read, given) for read, *given in BROKEN_FILES.values()], ids=BROKEN_FILES)
def test_why_a_file_cannot_be_read_is_told_in_german(read, given):
    with pytest.raises(FileRefused) as refusal:
        read(*given)
    english, german = in_both(refusal_text, refusal.value)
    assert english == str(refusal.value)
    assert german != english


GERMAN = {
    "a value as it was sent": (
        invoice_row(invoiceAmount="many"),
        'invoiceAmount "many" ist kein Betrag. Senden Sie eine JSON-Zahl wie 12112.',
    ),
    "figures as Germans group them": (
        invoice_row(itemText="x" * 3000),
        "hat 3.000 Zeichen; höchstens 2.000 sind zulässig.",
    ),
    "what stands for a value": (invoice_row(itemText=[]), "itemText Ein Array ist kein Text."),
    "the row that it contradicts": (invoice_row(invoiceAmount=1), "bezeichnet denselben Posten wie Zeile 1, "),
}


@pytest.mark.parametrize(("row", "told"), GERMAN.values(), ids=GERMAN)
def test_a_receipt_tells_a_german_reader_what_is_wrong(row, told, staff, upload):
    refused = left_by(upload, [invoice_row(), row])
    page = staff.browser.get(f"/admin/uploads/upload/{refused.pk}/change/", headers={"Accept-Language": "de"})
    assert told in words(page)


def test_advice_on_an_unknown_field_is_in_german(staff, upload):
    taken = left_by(upload, [invoice_row(dueDat="2026-01-31")])
    page = staff.browser.get(f"/admin/uploads/upload/{taken.pk}/change/", headers={"Accept-Language": "de"})
    told = "dueDat ist kein Feld der Schnittstelle; die Werte werden in „extra“ aufbewahrt. Meinten Sie dueDate?"
    assert told in words(page)


@pytest.mark.parametrize(("code", "message"), [("gone", "was told otherwise."), ("blank", "was blank.")])
def test_a_message_that_an_earlier_release_left_is_shown_as_it_is(code, message, upload):
    refused = left_by(upload, [invoice_row(invoiceAmount="many")])
    error = {"code": code, "message": f"row 1: {message}", "index": 0}
    assert in_both(error_text, refused, error) == (message, message)


def test_a_file_that_staff_upload_in_german_leaves_its_receipt_in_english(staff, account):
    staff.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    page = words(staff.choose("rows.json", rows_file(invoice_row(invoiceAmount="many"))))
    assert "ist kein Betrag" in page
    assert Upload.objects.get().errors[0]["message"].startswith('row 1: invoiceAmount "many" is not an amount.')
    page = words(staff.choose("cut.json", b'[{"a": 1}, {"b"'))
    assert "Zeile 2: Der Inhalt endet hier" in page
    assert Upload.objects.latest("created_at").errors[0]["message"].startswith("row 2: the body ends here")


def test_an_upload_is_answered_alike_whatever_language_its_sender_reads(upload):
    told = [upload([invoice_row(invoiceAmount="many")], headers={"Accept-Language": lang}) for lang in ("de", "en")]
    german, english = (response.json()["errors"] for response in told)
    assert german == english


@pytest.fixture
def stored_without_params(upload):
    """What an earlier release stored of an error and of a warning."""
    left = left_by(upload, [invoice_row(dueDat="2026-01-31"), invoice_row(invoiceAmount="many")], headers=LENIENT)
    for found in (*left.errors, *left.warnings):
        del found["params"]
    return left


def test_an_error_stored_without_params_is_shown_in_english(stored_without_params):
    [error] = stored_without_params.errors
    message = 'invoiceAmount "many" is not an amount. Send a JSON number such as 12112.'
    assert in_both(error_text, stored_without_params, error) == (message, message)


def test_a_warning_stored_without_params_is_shown_in_english(stored_without_params):
    [warning] = stored_without_params.warnings
    message = "dueDat is no field of the contract; its values are kept in `extra`. Did you mean dueDate?"
    assert in_both(warning_text, stored_without_params, warning) == (message, message)


def test_a_text_that_has_other_values_by_now_is_shown_as_it_was_stored(upload):
    refused = left_by(upload, [invoice_row(itemText="x" * 3000)])
    error = refused.errors[0] | {"params": {"text": "row.too_long", "values": {"value": "gone"}}}
    message = error["message"].removeprefix("row 1: ")
    assert in_both(error_text, refused, error) == (message, message)


def test_what_german_is_made_from_is_not_sent(upload, client):
    left = left_by(upload, [invoice_row(), invoice_row(invoiceAmount="many", dueDat=1)], headers=LENIENT)
    stored = left.rejected_rows.get().errors[0]
    assert stored["params"] == {"text": "row.no_amount", "values": {"value": '"many"'}}
    address = f"/jsonApi/uploads/{left.pk}"
    sent = [client.get(f"{address}/errors").json()["results"][0], client.get(address).json()["errors"][0]]
    assert [stored.keys() - error.keys() for error in sent] == [{"params"}] * 2
