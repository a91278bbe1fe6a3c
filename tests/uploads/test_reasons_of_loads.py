"""Why full loads are withheld or refused: plain English for programs, and the language of the member of staff."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from apiauth.models import Account
from receivables.uploads.admin.texts import reason_text, rendered_text
from receivables.uploads.loads import messages
from receivables.uploads.loads.brake import Limits, Weighed, reasons
from receivables.uploads.loads.ending import stored_reason
from receivables.uploads.loads.missing import Tally
from receivables.uploads.models import FullLoad, LoadState
from tests.uploads.loads import full_load, ledger_of
from tests.uploads.staff import LOADS, Uploader, words

OPEN, MISSING = Tally(3000, Decimal(4_000_000), Decimal(4_000_000)), Tally(1500, Decimal(1), Decimal("1036351.50"))
ACCOUNT = Account(closing_max_amount=Decimal(1_000_000), closing_max_items=1000, amount_decimal_places=2)


@pytest.fixture
def withheld():
    """Half of what is open without a company code is missing."""
    group = ("", "USD")
    found = reasons(Weighed({group: OPEN}, {group: MISSING}, {"": 1500}, {"": 3000}), [""], Limits.of(ACCOUNT))
    return [stored_reason(reason) for reason in found]


def test_reasons_are_exact_and_plain_in_english(withheld):
    assert [reason["message"] for reason in withheld] == [
        "blank company code: the load has 1,500 items and the last one had 3,000; it needs 70 % of them.",
        "blank company code USD: 1,500 of 3,000 open items are missing, more than 20 % and more than 1,000.",
        "blank company code USD: items of 1036351.50 are missing, of 4000000.00 that are open; more than 20 % and more "
        "than 10 items.",
        "blank company code USD: items of 1036351.50 are missing, more than the account's limit of 1000000.00.",
    ]


def test_reasons_are_german_for_germans_to_the_last_digit(withheld):
    with override("de"):
        assert [reason_text(reason) for reason in withheld] == [
            "leerer Buchungskreis: Der Vollabzug hat 1.500 Posten, der letzte hatte 3.000; nötig sind 70 % davon.",
            "leerer Buchungskreis USD: 1.500 von 3.000 offenen Posten fehlen, mehr als 20 % und mehr als 1.000.",
            "leerer Buchungskreis USD: Es fehlen Posten über 1.036.351,50 von 4.000.000,00, die offen sind: mehr als "
            "20 % und mehr als 10 Posten.",
            "leerer Buchungskreis USD: Es fehlen Posten über 1.036.351,50, mehr als die Grenze des Mandanten von "
            "1.000.000,00.",
        ]


def test_the_refusal_of_an_older_load_is_german_to_the_last_word():
    at = messages.moment_text(datetime(2026, 1, 31, 17, tzinfo=UTC))
    refused = messages.STALE_SNAPSHOT.rendered(at=at, id="A", codes=messages.codes_value(["", "1000"]))
    assert "of blank company code, 1000, which are of 2026-01-31T17:00:00Z." in refused.message
    with override("de"):
        assert rendered_text(refused) == (
            "Die Zeilen verließen das Hauptbuch vor denen des Vollabzugs A (leerer Buchungskreis, 1000), die vom "
            "31.01.2026 17:00 sind. Senden Sie einen neueren Auszug."
        )


def test_the_page_of_a_load_has_its_reasons_in_german(upload, account):
    full_load(upload, ledger_of(20, companyCode="", invoiceAmount=50_000), codes='""')
    full_load(upload, ledger_of(8, companyCode="", invoiceAmount=50_000), codes='""')
    load = FullLoad.objects.get(state=LoadState.WITHHELD)
    staff = Uploader(account, may=("view_fullload",))
    page = staff.browser.get(f"{LOADS}{load.pk}/change/", headers={"Accept-Language": "de"})
    assert "leerer Buchungskreis USD: Es fehlen Posten über 600.000 von 1.000.000, die offen sind" in words(page)
