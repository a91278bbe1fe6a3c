"""A file of staff that is all that is open in some company codes: its preview, its confirmation, and what it closes."""

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Draft, Form, FullLoad, LoadState
from tests.factories import invoice_row
from tests.uploads.staff import Uploader, rows_file, words

TICKED = {"is_full_load": "on"}
pytestmark = pytest.mark.django_db


def rows(*numbers: int, code: str = "1000", **values):
    return [
        invoice_row(invoiceNumber=f"S{each}", companyCode=code, currency="EUR", invoiceAmount=100, **values)
        for each in numbers
    ]


def choose(staff: Uploader, *numbers: int, **told):
    """Choose a file of these items; returns the page that this leads to."""
    return staff.choose("night.json", rows_file(*rows(*numbers)), **told)


def confirm_load(staff: Uploader, *numbers: int):
    """Choose such a file as all that is open, and confirm it."""
    choose(staff, *numbers, **TICKED)
    staff.go("confirm")


@pytest.fixture
def uploader(account):
    return Uploader(account, may=("view_upload", "add_upload", "view_invoice"))


@pytest.fixture
def ledger(receipt, uploader):
    """Four open items of company code 1000, which a full load had, and one of 2000."""
    receipt(rows(7, code="2000"))
    confirm_load(uploader, 1, 2, 3, 4)


def closed() -> list[str]:
    found = Invoice.objects.exclude(closed_at=None).order_by("invoice_number")
    return list(found.values_list("invoice_number", flat=True))


def test_a_preview_lists_what_would_be_closed_and_closes_nothing(uploader, ledger):
    page = words(choose(uploader, 1, 2, 3, **TICKED))
    assert "1 open item is not in the file. It would be closed, and nothing would be owed on it." in page
    assert "1000 EUR €400.00 4 €100.00 1 · 25%" in page
    assert "S4 23123123 €100.00" in page
    assert "1000 rows in the file: 3, open items now: 4" in page
    assert "1000 EUR 4 €400.00 €400.00 €300.00 -€100.00 The items that the full load closes are counted among" in page
    assert closed() == []
    assert FullLoad.objects.count() == 1


def test_what_was_confirmed_is_closed(uploader, ledger):
    confirm_load(uploader, 1, 2, 3)
    assert closed() == ["S4"]
    load = FullLoad.objects.latest("ended_at")
    assert (load.form, load.state, load.company_codes) == (Form.FILE, LoadState.CLOSED, ["1000"])
    assert load.staff_username == uploader.user.username


def test_without_the_tick_nothing_is_closed(uploader, ledger):
    choose(uploader, 1, 2, 3)
    uploader.go("confirm")
    assert closed() == []


def test_a_file_is_ticked_and_unticked_on_its_preview(uploader, ledger):
    choose(uploader, 1, 2, 3)
    page = uploader.go("full-load", is_full_load="on", company_code=["1000"])
    assert "1 open item is not in the file" in words(page)
    page = uploader.go("full-load", company_code=["1000"])
    assert "not in the file." not in words(page).replace("that are not in the file are closed", "")
    assert not uploader.draft().is_full_load


def test_company_codes_with_open_items_are_offered_and_those_of_the_file_are_chosen(uploader, ledger):
    page = choose(uploader, 1, 2, 3, **TICKED).content.decode()
    assert '<input type="checkbox" name="company_code" value="1000" checked>' in page
    assert '<input type="checkbox" name="company_code" value="2000">' in page


def test_another_company_code_can_be_chosen_and_its_first_load_would_be_withheld(uploader, ledger):
    choose(uploader, 1, 2, 3, **TICKED)
    page = words(uploader.go("full-load", is_full_load="on", company_code=["1000", "2000"]))
    assert "They would stay open until someone confirms the full load" in page
    assert "2000: this is the first full load of the company code. Missing items: 1." in page
    uploader.go("confirm")
    assert closed() == []
    assert FullLoad.objects.latest("ended_at").state == LoadState.WITHHELD


def test_a_full_load_without_a_company_code_is_not_previewed(uploader, ledger):
    choose(uploader, 1, 2, 3)
    page = uploader.go("full-load", is_full_load="on")
    assert "Choose at least one company code" in words(page)
    assert not uploader.draft().is_full_load


def test_a_file_without_rows_closes_nothing_until_its_company_codes_are_chosen(uploader, ledger):
    page = words(uploader.choose("night.json", b"[]", **TICKED))
    assert "If that is so, choose its company codes under “Full load”." in page
    page = words(uploader.go("full-load", is_full_load="on", company_code=["1000"]))
    assert "1000: the load has 0 items and the last one had 4" in page


def test_what_came_after_the_file_and_before_its_confirmation_stays_open(uploader, ledger, receipt):
    choose(uploader, 1, 2, 3, **TICKED)
    receipt(rows(4, 5))
    uploader.go("confirm")
    assert closed() == []


def test_a_file_that_a_newer_full_load_overtook_is_refused(uploader, ledger):
    choose(uploader, 1, 2, 3, 4, **TICKED)
    old = uploader.draft()
    confirm_load(uploader, 1, 2, 3)
    page = words(uploader.go("confirm", old))
    assert "Send a newer extract." in page
    assert closed() == ["S4"]


def test_a_file_that_came_before_a_full_load_does_not_open_again_what_that_closed(uploader, ledger):
    choose(uploader, 4)
    changes = uploader.draft()
    confirm_load(uploader, 1, 2, 3)
    uploader.go("confirm", changes)
    assert closed() == ["S4"]


def test_customers_are_never_closed(uploader):
    page = uploader.choose("who.csv", b"customerno\n4711\n", resource="customers", **TICKED)
    assert "Only invoices can be closed." in words(page)
    assert not Draft.objects.exists()


def test_a_night_of_other_spelling_is_refused_with_its_pairs(uploader, ledger):
    other = [row | {"invoiceNumber": f"0{row['invoiceNumber']}"} for row in rows(1, 2, 3, 4)]
    page = uploader.choose("night.json", rows_file(*other), **TICKED)
    assert "are open items of the ledger under another spelling of their numbers" in words(page)
    assert "Stored invoice Row S1 1 S2 2 S3 3 S4 4" in words(page)
    assert "Confirm and upload" not in words(page)


def test_a_full_load_of_an_older_file_shows_why_on_its_preview(uploader, ledger):
    choose(uploader, 1, 2, 3)
    old = uploader.draft()
    confirm_load(uploader, 1, 2, 3)
    page = words(uploader.go("full-load", old, is_full_load="on", company_code=["1000"]))
    assert "Send a newer extract." in page
    assert "This file is all that is open in" in page
