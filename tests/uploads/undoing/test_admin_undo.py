"""Taking back an upload or a full load in the admin: a preview, the deed, and what the pages say afterwards."""

import re

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import AccountFactory, invoice_row
from tests.uploads.loads import full_load, ledger_of
from tests.uploads.staff import LOADS, VIEWER, Uploader, words

MAY_UNDO = (*VIEWER, "undo_upload", "confirm_fullload")
UPLOADS = "/admin/uploads/upload/"


@pytest.fixture
def manager(account):
    return Uploader(account, may=MAY_UNDO)


@pytest.fixture
def wrong(receipt):
    """An upload that changed the currency of two items, one of which was changed again, and that created a third."""
    rows = [invoice_row(invoiceNumber=str(number), currency="EUR") for number in (1, 2)]
    receipt(rows)
    sent = [row | {"currency": "USD"} for row in rows]
    upload = receipt([*sent, invoice_row(invoiceNumber="3")])
    receipt([sent[0] | {"itemText": "changed again"}])
    return Upload.objects.get(pk=upload["id"])


def confirm(manager, address):
    preview = re.search(r'name="preview" value="(\w+)"', manager.browser.get(address).content.decode())
    return manager.browser.post(address, {"preview": preview[1]}, follow=True)


def test_the_preview_says_what_would_happen_and_stores_nothing(manager, wrong):
    page = words(manager.page(f"{wrong.pk}/undo/"))
    assert "Back to what they were 1 Withdrawn 1 Stay as they are 1" in page
    assert "What stays as it is: 1 changed by a later upload." in page
    assert Invoice.objects.filter(currency="USD").count() == 2


def test_it_leads_to_the_receipt_which_names_what_stayed(manager, wrong):
    page = words(confirm(manager, f"{UPLOADS}{wrong.pk}/undo/"))
    assert "It is taken back. This is the receipt." in page
    assert "1 (23123123) changed by a later upload Open the receipt" in page
    assert Invoice.objects.get(invoice_number="2").currency == "EUR"
    assert Upload.objects.get(undoes=wrong.pk).staff_username == manager.user.username


def test_nothing_is_taken_back_where_something_else_would_happen_by_then(manager, wrong, receipt):
    address = f"{UPLOADS}{wrong.pk}/undo/"
    preview = re.search(r'name="preview" value="(\w+)"', manager.browser.get(address).content.decode())
    receipt([invoice_row(invoiceNumber="2", itemText="meanwhile")])
    page = manager.browser.post(address, {"preview": preview[1]}, follow=True)
    assert page.redirect_chain == [(address, 302)]
    assert "What would happen has changed since the preview." in words(page)
    assert not Upload.objects.filter(kind="undo").exists()


def test_an_upload_that_was_taken_back_says_so(manager, wrong):
    confirm(manager, f"{UPLOADS}{wrong.pk}/undo/")
    page = words(manager.page(f"{wrong.pk}/change/"))
    assert "It was taken back. Open the receipt of that" in page
    assert "Take it back…" not in page
    assert "Taken back" in words(manager.page(""))


def test_an_undo_is_taken_back_as_any_upload_is(manager, wrong):
    confirm(manager, f"{UPLOADS}{wrong.pk}/undo/")
    undo = Upload.objects.get(undoes=wrong.pk)
    confirm(manager, f"{UPLOADS}{undo.pk}/undo/")
    assert Invoice.objects.get(invoice_number="2").currency == "USD"
    assert "Take it back…" in words(manager.page(f"{wrong.pk}/change/"))


def test_what_is_taken_back_already_cannot_be_taken_back(manager, wrong):
    confirm(manager, f"{UPLOADS}{wrong.pk}/undo/")
    page = manager.browser.get(f"{UPLOADS}{wrong.pk}/undo/", follow=True)
    assert "It was taken back already" in words(page)


def test_who_may_not_take_back_sees_no_button_and_no_page(account, wrong):
    viewer = Uploader(account, may=VIEWER)
    assert "Take it back…" not in words(viewer.page(f"{wrong.pk}/change/"))
    assert viewer.page(f"{wrong.pk}/undo/").status_code == 403
    assert viewer.browser.post(f"{UPLOADS}{wrong.pk}/undo/").status_code == 403


def test_uploads_of_other_accounts_are_not_there(wrong):
    stranger = Uploader(AccountFactory(), may=MAY_UNDO)
    assert stranger.page(f"{wrong.pk}/undo/").status_code == 404


def test_a_refused_upload_has_no_button(manager, upload):
    upload([invoice_row(invoiceAmount="a lot")])
    assert "Take it back" not in words(manager.page(f"{Upload.objects.get().pk}/change/"))


def test_an_upload_of_a_full_load_leads_to_the_full_load(manager, upload):
    full_load(upload, ledger_of(100))
    load_id = full_load(upload, ledger_of(97))["snapshot"]["id"]
    page = manager.page(f"{Upload.objects.get(closed_count=3).pk}/change/").content.decode()
    assert f'href="{LOADS}{load_id}/undo/"' in page
    assert "Open again 3" in words(confirm(manager, f"{LOADS}{load_id}/undo/"))
    load = words(manager.browser.get(f"{LOADS}{load_id}/change/"))
    assert "It was taken back. Its rows are what they were before it" in load
    assert "Open the receipt of that" in load
    assert Invoice.objects.open().count() == 100
