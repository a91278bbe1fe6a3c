"""Receipts in the admin of uploads that were full loads, and of those that ended or confirmed one."""

from receivables.uploads.loads import commits
from receivables.uploads.loads.terms import CommitTerms
from receivables.uploads.models import FullLoad, Upload
from tests.uploads.loads import OF_1000, full_load, ledger, part_of, withheld_load
from tests.uploads.staff import LOADS, Uploader, words


def newest():
    return Upload.objects.latest("created_at")


def shown(staff, upload):
    return words(staff.page(f"{upload.pk}/change/"))


def test_a_receipt_says_what_a_full_load_closed_item_by_item(viewer, upload):
    full_load(upload, ledger(1, 2, 3, 4))
    full_load(upload, ledger(1, 2, 4))
    page = shown(viewer, newest())
    assert "Full load · company code 1000 What was missing was closed. Missing in it" in page
    assert "1000 USD 1 $100.00" in page
    assert "rejected 0 closed 1" in page
    assert "3 (4711) Open item open no longer in the full load" in page


def test_a_receipt_says_which_items_were_opened_again(viewer, upload):
    full_load(upload, ledger(1, 2, 3, 4))
    full_load(upload, ledger(1, 3, 4))
    full_load(upload, ledger(1, 2, 3, 4))
    page = shown(viewer, newest())
    assert "reopened 1" in page
    assert "2 (4711) Open item no longer in the full load open" in page


def test_a_receipt_says_why_a_full_load_was_withheld_and_leads_to_its_page(viewer, upload):
    load = withheld_load(upload)
    page = shown(viewer, newest())
    assert "Invoices · Acme Withheld" in page
    assert "1000: the load has 8 items and the last one had 20; it needs 70 % of them." in page
    assert f"{LOADS}{load.pk}/change/" in viewer.page(f"{newest().pk}/change/").content.decode()


def test_a_receipt_names_company_codes_that_the_load_was_not_of(viewer, upload):
    upload(ledger(9, companyCode="2000"))
    full_load(upload, ledger(1))
    assert "Company codes with open items that it was not of: 2000." in shown(viewer, newest())


def test_a_full_load_that_was_tried_says_what_would_happen_and_has_no_page(viewer, upload):
    full_load(upload, ledger(1, 2, 3, 4))
    full_load(upload, ledger(1, 2, 4), "&dryRun=true")
    page = shown(viewer, newest())
    assert "What is missing would be closed." in page
    assert "Open the full load" not in page


def test_who_may_not_view_full_loads_is_led_to_none(account, upload):
    withheld_load(upload)
    page = shown(Uploader(account, may=("view_upload",)), newest())
    assert "Full load · company code 1000" in page
    assert "Open the full load" not in page


def test_a_receipt_of_changes_says_nothing_of_full_loads(viewer, receipt):
    receipt(ledger(1))
    page = shown(viewer, newest()).partition("Upload ID")[2]
    assert "ull load" not in page
    assert "closed" not in page


def test_the_receipts_of_a_load_in_parts_name_part_and_load_and_what_the_commit_closed(viewer, source, upload):
    full_load(upload, ledger(1, 2, 3, 4))
    load = commits.begin(source, OF_1000)
    upload(ledger(1, 2, 3), query=part_of(load.pk, 1))
    assert "Part of a full load 1" in shown(viewer, newest())
    commits.commit(load, CommitTerms(), source)
    page = shown(viewer, newest())
    assert "End of a full load · Acme Accepted" in page
    assert "Result closed 1" in page
    assert "Totals of these items" in page
    assert "received" not in page.partition("Upload ID")[2]
    kinds = words(viewer.browser.get(f"{LOADS}{load.pk}/change/"))
    assert "rows 1 Accepted 3" in kinds
    assert "end of a full load – Accepted 0" in kinds


def test_the_list_of_uploads_says_what_each_closed_and_which_were_withheld(viewer, upload):
    withheld_load(upload)
    full_load(upload, ledger(*range(19)))
    page = words(viewer.page(""))
    assert "Withheld 8 0 0 8 0 0" in page
    assert "Accepted 19 0 0 19 0 1" in page
    assert FullLoad.objects.count() == 3


def test_the_receipt_of_a_renumbered_load_names_its_rows_and_the_items_that_they_are(viewer, upload):
    full_load(upload, ledger(1, 2))
    full_load(upload, ledger("01", "02"))
    page = shown(viewer, newest())
    assert "Stored item Came as 1 (4711) row 1 2 (4711) row 2" in page
