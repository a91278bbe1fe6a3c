"""The upload page: a file is chosen, previewed by the very engine that takes it, confirmed once, and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.file_upload.drafts import forget_expired_drafts
from receivables.uploads.file_upload.previews import preview
from receivables.uploads.models import BodyPart, Draft, FilePart, Upload
from tests.factories import invoice_row
from tests.uploads.staff import rows_file, uploaded, words

GOOD = rows_file(invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount=100, currency="EUR"))
BAD = rows_file(invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="many"))
CSV = b"customerNumber,invoiceNumber,invoiceAmount\n4711,1,100\n4711,2,200\n"


def test_a_preview_says_what_would_become_of_the_rows_and_stores_none(uploader):
    page = uploader.choose("night.json", GOOD)
    assert "received 2 = created 2 + updated 0 + unchanged 0 + rejected 0" in words(page)
    assert not Invoice.objects.exists()


def test_a_preview_shows_the_money_before_and_after(uploader, receipt):
    receipt([invoice_row(invoiceNumber="2", invoiceAmount=40, currency="EUR")])
    page = uploader.choose("night.json", GOOD)
    assert "EUR 1 €100.00 €40.00 €100.00 +€60.00" in words(page)


def test_what_was_confirmed_is_stored_and_lands_on_its_receipt(uploader):
    uploader.choose("night.json", GOOD)
    page = uploader.go("confirm")
    assert page.redirect_chain == [(f"/admin/uploads/upload/{uploaded().pk}/change/", 302)]
    assert set(Invoice.objects.values_list("invoice_number", "invoice_amount")) == {("21321", 12112), ("2", 100)}


def test_an_upload_of_staff_names_them_and_the_file_and_no_key(uploader, account):
    uploader.choose("night.json", GOOD)
    uploader.go("confirm")
    upload = uploaded()
    assert (upload.account, upload.api_key, upload.staff_username) == (account, None, uploader.user.username)
    assert upload.file_name == "night.json"


def test_amounts_of_a_json_file_stay_as_they_were_written(uploader, account):
    account.amount_decimal_places = 4
    account.save()
    uploader.choose("night.json", b'[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 0.3000}]')
    uploader.go("confirm")
    assert Invoice.objects.get().invoice_amount == Decimal("0.3")


def test_a_file_of_lines_and_one_of_commas_are_read(uploader):
    uploader.choose("night.ndjson", GOOD[1:-1].replace(b"}, {", b"}\n{"))
    uploader.go("confirm")
    uploader.choose("night.csv", CSV)
    uploader.go("confirm")
    assert Invoice.objects.count() == 4


def test_customers_are_uploaded_too(uploader):
    uploader.choose("who.csv", b"customerno;emailaddress1\n4711;a@example.com\n", resource="customers")
    uploader.go("confirm")
    assert Customer.objects.get().customer_number == "4711"


def test_a_bad_row_refuses_the_file_and_is_named_by_its_line(uploader):
    page = uploader.choose("night.csv", CSV.replace(b"\n4711,1,100", b"\n\n4711,1,many"))
    assert "3 invoiceAmount invoiceAmount " in words(page)
    assert "invoiceNumber 1 customerNumber 4711" in words(page)


def test_what_was_refused_cannot_be_confirmed(uploader):
    page = uploader.choose("night.json", BAD)
    assert "Confirm and upload" not in words(page)
    assert "There is nothing to confirm" in words(uploader.go("confirm"))
    assert not Upload.objects.filter(is_dry_run=False).exists()


def test_the_good_rows_are_taken_alone_when_asked_for(uploader):
    uploader.choose("night.json", BAD)
    page = uploader.go("handling", handling="lenient")
    assert "received 2 = created 1 + updated 0 + unchanged 0 + rejected 1" in words(page)
    uploader.go("confirm")
    assert [invoice.invoice_number for invoice in Invoice.objects.all()] == ["21321"]
    assert uploaded().rejected_rows.count() == 1


def test_confirming_twice_uploads_once_and_leads_to_the_same_receipt(uploader):
    uploader.choose("night.json", GOOD)
    first, second = uploader.go("confirm"), uploader.go("confirm")
    assert first.redirect_chain == second.redirect_chain
    assert Upload.objects.filter(is_dry_run=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirming_in_two_tabs_at_once_uploads_once(uploader):
    uploader.choose("night.json", GOOD)
    draft, together = uploader.draft(), Barrier(2)

    def confirm(_):
        together.wait()
        try:
            return uploader.go("confirm", draft).redirect_chain
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        first, second = tabs.map(confirm, range(2))
    assert first == second
    assert Upload.objects.filter(is_dry_run=False).count() == 1


def test_a_preview_that_a_confirmation_overtook_does_not_let_it_be_confirmed_again(uploader):
    uploader.choose("night.json", GOOD)
    stale = uploader.draft()
    uploader.go("confirm")
    preview(stale, uploader.user.username)
    uploader.go("confirm")
    assert Upload.objects.filter(is_dry_run=False).count() == 1


def test_a_preview_that_another_tab_made_anew_is_not_confirmed_unseen(uploader):
    uploader.choose("night.json", GOOD)
    seen = uploader.draft()
    uploader.go("handling", handling="lenient")
    assert "There is nothing to confirm. See the preview." in words(uploader.go("confirm", seen))
    assert not Upload.objects.filter(is_dry_run=False).exists()
    uploader.go("confirm")
    assert uploaded().handling == "lenient"


def test_the_page_of_a_preview_says_which_it_confirms(uploader):
    page = uploader.choose("night.json", GOOD).content.decode()
    assert f'<input type="hidden" name="preview" value="{uploader.draft().preview_id}">' in page


def test_the_body_that_was_previewed_is_the_one_that_is_taken(uploader):
    uploader.choose("night.csv", CSV)
    tried = uploader.draft().preview
    uploader.go("confirm")
    assert bytes(uploaded().body_digest) == bytes(tried.body_digest)


def test_nothing_of_the_file_is_kept_once_it_is_uploaded(uploader):
    uploader.choose("night.json", GOOD)
    assert (FilePart.objects.count(), BodyPart.objects.count()) == (1, 1)
    uploader.go("confirm")
    assert (FilePart.objects.count(), BodyPart.objects.count()) == (0, 0)


def test_previewing_anew_keeps_one_body(uploader):
    uploader.choose("night.json", BAD)
    uploader.go("handling", handling="lenient")
    assert BodyPart.objects.values("upload").distinct().count() == 1
    assert BodyPart.objects.first().upload == uploader.draft().preview


def test_a_file_that_is_discarded_is_gone(uploader):
    uploader.choose("night.json", GOOD)
    uploader.go("discard")
    assert (Draft.objects.count(), FilePart.objects.count(), BodyPart.objects.count()) == (0, 0, 0)


@pytest.fixture
def yesterdays(uploader):
    uploader.choose("night.json", GOOD)
    Draft.objects.update(created_at=timezone.now() - timedelta(hours=25))
    return uploader.draft()


def test_after_a_day_a_file_can_no_longer_be_confirmed(uploader, yesterdays):
    assert uploader.go("confirm", yesterdays).status_code == 404
    assert not Invoice.objects.exists()


def test_after_a_day_a_file_is_deleted_and_what_it_would_have_done_is_still_told(yesterdays):
    forget_expired_drafts(timestamp=0)
    assert (Draft.objects.count(), FilePart.objects.count(), BodyPart.objects.count()) == (0, 0, 0)
    assert Upload.objects.get().is_dry_run


def test_the_page_preselects_the_only_account(uploader, account):
    assert f'<option value="{account.pk}" selected>Acme</option>' in uploader.page("add/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_preview_waits_for_another_upload_of_the_account_no_longer_than_is_set(uploader, account, settings):
    settings.UPLOAD_LOCK_SECONDS = 1
    merging = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as another:
        another.execute(merging, [f"upload:{account.pk}:invoices"])
        page = uploader.choose("night.json", GOOD)
    assert "Another upload of this account is running" in words(page)
