"""Parameters of full loads, and what is wrong with them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.uploads.models import FullLoad, Upload
from tests.uploads.loads import ledger

NOBODY = "0195b7a4-7c1e-7d2a-9f63-000000000000"
MOMENTS_THAT_ARE_NONE = {
    "without an offset": "2026-01-31T18:00:00",
    "a day": "2026-01-31",
    "a plus that became a blank": "2026-01-31T18:00:00+01:00",
    "a word": "yesterday",
    "the first moment there is": "0001-01-01T00:00:00%2B14:00",
    "the last moment there is": "9999-12-31T23:59:59-14:00",
    "no offset that can be": "2026-01-31T18:00:00%2B25:00",
    "a surrogate": "%ED%A0%80",
}


@pytest.mark.parametrize("moment", MOMENTS_THAT_ARE_NONE.values(), ids=MOMENTS_THAT_ARE_NONE)
@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_what_is_no_moment_is_unprocessable(moment, resource, upload):
    response = upload([], resource, query=f"?extractedAt={moment}")
    [error] = response.json()["errors"]
    assert (response.status_code, error["field"], error["code"]) == (422, "extractedAt", "invalid")
    assert "no moment with an offset" in error["message"]


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 422)])
def test_a_moment_may_be_ten_minutes_ahead(minutes, status, upload):
    moment = (timezone.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert upload(ledger(1), query=f"?extractedAt={moment}").status_code == status


WRONG = {
    "neither true nor false": ("snapshot=maybe", "snapshot", "invalid"),
    "a part of nothing": ("part=1", "part", "invalid"),
    "a part of a whole load": ("snapshot=true&part=1", "part", "invalid"),
    "part 0": (f"snapshot={NOBODY}&part=0", "part", "min_value"),
    "codes of changes": ("companyCodes=1000", "companyCodes", "invalid"),
    "codes of a part": (f"snapshot={NOBODY}&companyCodes=1000", "companyCodes", "invalid"),
    "sums of changes": ("expectedOpen=1000/USD:1", "expectedOpen", "invalid"),
    "no rows allowed in changes": ("allowEmpty=true", "allowEmpty", "invalid"),
    "a code that is too long": (f"snapshot=true&companyCodes={'1' * 33}", "companyCodes", "invalid"),
    "a code with NUL": ("snapshot=true&companyCodes=1%2500", "companyCodes", "invalid"),
    "a code that is no UTF-8": ("snapshot=true&companyCodes=%25FF", "companyCodes", "invalid"),
    "too many codes": (f"snapshot=true&companyCodes={',' * 1000}", "companyCodes", "too_many_items"),
    "a sum without a code": ("snapshot=true&expectedOpen=USD:1", "expectedOpen", "invalid"),
    "a sum that is no amount": ("snapshot=true&expectedOpen=1000/USD:much", "expectedOpen", "invalid"),
    "a sum without an end": ("snapshot=true&expectedOpen=1000/USD:NaN", "expectedOpen", "invalid"),
    "a sum of a code with NUL": ("snapshot=true&expectedOpen=1%2500/USD:1", "expectedOpen", "invalid"),
    "a sum said twice": ("snapshot=true&expectedOpen=1000/USD:1,1000/USD:2", "expectedOpen", "twice"),
    "no code at all": ("snapshot=true&companyCodes=", "companyCodes", "empty_parameter"),
    "an empty sum": ("snapshot=true&expectedOpen=", "expectedOpen", "empty_parameter"),
    "codes said twice": ("snapshot=true&companyCodes=1&companyCodes=2", "companyCodes", "repeated_parameter"),
}


@pytest.mark.parametrize(("query", "field", "code"), WRONG.values(), ids=WRONG)
def test_a_parameter_that_cannot_be_is_refused_by_name(query, field, code, errors):
    [error] = errors([], query=f"?{query}")
    assert (error["field"], error["code"]) == (field, code)
    assert Upload.objects.count() == 0


def test_a_full_load_that_is_not_there_is_not_found(upload):
    assert upload([], query=f"?snapshot={NOBODY}").status_code == 404


CODES = {
    "one": ("1000", ["1000"]),
    "several, some twice": ("1000,2000,1000", ["1000", "2000"]),
    "the blank one alone": ('""', [""]),
    "the blank one, too": ("1000,", ["", "1000"]),
    "one with a comma": ("10%252C00", ["10,00"]),
    "one with a percent sign": ("10%2525", ["10%"]),
    "blanks around one": ("%20" + "1000%20", ["1000"]),
    "an invisible character": ("10%E2%80%8B00", ["1000"]),
}


@pytest.mark.parametrize(("sent", "codes"), CODES.values(), ids=CODES)
def test_company_codes_are_read_as_rows_have_them(sent, codes, upload):
    assert upload(ledger(1), query=f"?snapshot=true&companyCodes={sent}").status_code == 200
    assert FullLoad.objects.get().company_codes == codes


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_true_may_have_capitals(word, receipt):
    assert receipt(ledger(1), query=f"?snapshot={word}")["snapshot"]["outcome"] == "nothing_to_close"


def test_false_sends_changes(receipt):
    assert receipt(ledger(1), query="?snapshot=false")["snapshot"] is None


def test_rows_of_other_codes_are_changes_with_a_warning(receipt):
    rows = [*ledger(1), *ledger(2, companyCode="2000")]
    told = receipt(rows, query="?snapshot=true&companyCodes=1000")
    assert [(each["code"], each["rows"], each["firstIndex"]) for each in told["warnings"]] == [("outside_scope", 1, 1)]


def test_expected_sums_may_be_signed_and_have_decimal_places(receipt):
    rows = [*ledger(1), *ledger(2, currency="EUR", debitCreditIndicator="H")]
    told = receipt(rows, query="?snapshot=true&expectedOpen=1000/USD:100.00,1000/EUR:-100")
    assert told["snapshot"]["outcome"] == "nothing_to_close"


def test_every_sum_is_to_be_named(errors):
    rows = [*ledger(1), *ledger(2, currency="EUR")]
    [error] = errors(rows, query="?snapshot=true&expectedOpen=1000/USD:100")
    assert error["message"].startswith("1000/EUR: it is not named in expectedOpen, and 100 would be open.")


def test_a_sum_of_what_is_not_open_is_zero(errors):
    [error] = errors(ledger(1), query="?snapshot=true&expectedOpen=1000/USD:100,2000/USD:5")
    assert error["message"].startswith("2000/USD: expectedOpen is 5, and 0 would be open.")


def test_a_refusal_by_another_status_is_made_anew_under_its_key(upload):
    key = {"Idempotency-Key": "night"}
    assert upload([], query="?snapshot=true", headers=key).status_code == 422
    assert upload([], query="?snapshot=true", headers=key).status_code == 422


def test_a_full_load_is_answered_once_under_its_key(receipt):
    first, again = [receipt(ledger(1), query="?snapshot=true", headers={"Idempotency-Key": "night"}) for _ in range(2)]
    assert (first["id"], FullLoad.objects.count()) == (again["id"], 1)
