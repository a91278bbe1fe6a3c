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
