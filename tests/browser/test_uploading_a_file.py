"""A workbook from the choice of the file to its receipt, as someone at the screen brings it in."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.uploads.staff import workbook_file

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = ["customerNumber", "invoiceNumber", "invoiceAmount", "currency"]


def figures(page: Page) -> list[str]:
    """Return the counts of rows that the page shows: received, created, updated, unchanged, rejected."""
    return page.locator(".upload-sum dd").all_inner_texts()


@pytest.fixture
def night(tmp_path):
    """The path of a workbook whose third invoice has this amount."""

    def written(amount) -> Path:
        path = tmp_path / "night.xlsx"
        rows = [[4711, place, 100, "EUR"] for place in (1, 2)]
        path.write_bytes(workbook_file(HEADER, *rows, [4711, 3, amount, "EUR"]))
        return path

    return written


def preview(page: Page, path: Path) -> None:
    page.get_by_label("Choose a file").set_input_files(path)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url("**/drafts/*/")


def test_a_bad_row_is_named_mended_and_the_file_taken(back_office, night):
    page = back_office.page
    page.get_by_role("link", name="Upload a file").first.click()
    preview(page, night("1oo"))
    assert figures(page) == ["3", "0", "0", "0", "3"]
    error = page.get_by_role("region", name="Errors").get_by_role("row").nth(1)
    assert error.get_by_role("cell").all_inner_texts()[:2] == ["4", "invoiceAmount"]
    expect(page.get_by_role("button", name="Confirm and upload")).to_have_count(0)

    page.get_by_role("link", name="Choose another file").click()
    preview(page, night(100))
    assert figures(page) == ["3", "3", "0", "0", "0"]
    assert Invoice.objects.count() == 0
    page.get_by_role("button", name="Confirm and upload").click()
    page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert figures(page) == ["3", "3", "0", "0", "0"]
    assert "€300.00" in page.get_by_role("region", name="Totals of these rows").inner_text()
    assert Invoice.objects.count() == 3


def test_a_file_that_is_dropped_is_chosen(back_office):
    back_office.open("/admin/uploads/upload/add/")
    page = back_office.page
    dropped = page.evaluate_handle(
        "() => { const files = new DataTransfer(); files.items.add(new File(['[]'], 'night.json')); return files; }"
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    assert page.locator("#id_file").evaluate("input => input.files[0].name") == "night.json"


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(back_office):
    back_office.open("/admin/uploads/upload/add/")
    page = back_office.page
    page.locator("#id_file").evaluate("input => { input.dataset.maxBytes = 1; }")
    page.locator("#id_file").set_input_files({"name": "night.json", "mimeType": "", "buffer": b"[{}]"})
    expect(page.get_by_role("alert")).to_contain_text("The file is larger than the 512 MB")
    assert page.locator("#id_file").evaluate("input => input.files.length") == 0


def test_clicking_twice_uploads_once(back_office, night):
    page = back_office.page
    back_office.open("/admin/uploads/upload/add/")
    preview(page, night(100))
    page.get_by_role("button", name="Confirm and upload").dblclick()
    page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert Upload.objects.filter(is_dry_run=False).count() == 1


@pytest.fixture
def ledger(tmp_path):
    """The path of a file with so many items of company code 1000, and the amount of each."""

    def written(count, amount=100) -> Path:
        path = tmp_path / f"{count}.csv"
        rows = [f"4711,{number},1000,EUR,{amount}\n" for number in range(count)]
        path.write_text("customerNumber,invoiceNumber,companyCode,currency,invoiceAmount\n" + "".join(rows))
        return path

    return written


def test_a_full_load_shows_what_it_would_close_and_closes_it(back_office, ledger):
    page = back_office.page
    for count in (12, 11):
        back_office.open("/admin/uploads/upload/add/")
        page.get_by_label("This file is all that is open in its company codes").check()
        preview(page, ledger(count))
        button = page.get_by_role("button", name="Confirm and upload")
        expect(button).to_be_visible()
        missing = page.get_by_role("region", name="Open items that are not in the file")
        assert missing.count() == 12 - count
        button.click()
        page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert list(Invoice.objects.exclude(closed_at=None).values_list("invoice_number", flat=True)) == ["11"]


def test_a_large_change_is_uploaded_once_the_name_of_the_account_is_typed(back_office, ledger):
    page = back_office.page
    for amount in (100, 10000):
        back_office.open("/admin/uploads/upload/add/")
        preview(page, ledger(12, amount))
        if amount == 10000:
            expect(page.get_by_text("the open sum moves from €1,200.00 to €120,000.00")).to_be_visible()
            page.get_by_label("To confirm, type the name of the account").fill("Acme")
        page.get_by_role("button", name="Confirm and upload").click()
        page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert set(Invoice.objects.values_list("invoice_amount", flat=True)) == {10000}
