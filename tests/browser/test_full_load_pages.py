"""The pages of full loads on a telephone, on paper, by keyboard alone, and the tick of the upload page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from receivables.models import Invoice
from receivables.uploads.models import FullLoad, Upload
from tests.browser.keyboard import Keyboard
from tests.uploads.loads import full_load, ledger, withheld_load
from tests.uploads.staff import LOADS, rows_file

pytestmark = pytest.mark.django_db(transaction=True)

CODES = [f"DE{number:02d}" for number in range(1, 21)]
CURRENCIES = ("CHF", "EUR", "USD")
# What is in view of a table, row by row: of each cell the number of its column.
COLUMNS = """(table) => [...table.rows].map((row) => [...row.cells].flatMap((cell, index) =>
  cell.checkVisibility() ? [index] : []).join())"""
CUT = """() => [...document.querySelectorAll("#result_list :is(td, th), #result_list .second-line")]
  .filter((cell) => cell.scrollHeight > cell.clientHeight + 2 || cell.scrollWidth > cell.clientWidth + 2)
  .map((cell) => cell.innerText)"""


@pytest.fixture
def page(back_office) -> Page:
    return back_office.page


@pytest.fixture
def _many_codes(upload):
    """Twenty company codes of three currencies, of which nothing came in the second night but one item of each."""
    rows = [
        row | {"invoiceNumber": f"{code}-{currency}-{row['invoiceNumber']}"}
        for code in CODES
        for currency in CURRENCIES
        for row in ledger(*range(3), companyCode=code, currency=currency, invoiceAmount=12_345_678)
    ]
    full_load(upload, rows, codes=",".join(CODES))
    full_load(upload, rows[::9], codes=",".join(CODES))


@pytest.mark.usefixtures("_many_codes")
def test_on_a_telephone_no_figure_is_cut_and_each_is_below_its_own_heading(back_office, page):
    page.set_viewport_size({"width": 360, "height": 800})
    back_office.open(LOADS)
    [columns] = {*page.locator(".load-codes table").evaluate(COLUMNS)}
    assert columns == "0,3,4"
    assert page.evaluate(CUT) == []


@pytest.mark.usefixtures("_many_codes")
def test_of_many_currencies_each_amount_is_in_the_list(back_office, page):
    back_office.open(LOADS)
    missing = page.locator("#result_list .field-missing").first
    assert missing.inner_text().split("\n")[0] == "160 items"
    assert page.evaluate(CUT) == []


@pytest.mark.usefixtures("_many_codes")
def test_on_paper_all_reasons_are_unfolded_and_folded_again_afterwards(back_office, page):
    back_office.open(f"{LOADS}{FullLoad.objects.latest('began_at').pk}/change/")
    last = page.get_by_text("DE20: the load has")
    expect(last).not_to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(last).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(last).not_to_be_visible()


def test_a_load_is_confirmed_by_keyboard_alone(back_office, page, upload):
    withheld_load(upload)
    back_office.open()
    keyboard = Keyboard(page)
    keyboard.skip_to_content()
    for name in ("company code 1000", "Preview and confirm…"):
        keyboard.steps_to(name)
        keyboard.press("Enter")
        keyboard.skip_to_content()
    assert keyboard.steps_to("Close 12 items")[-1] == "See the items"
    keyboard.press("Space")
    expect(page.get_by_text("The full load is confirmed. This is the receipt.")).to_be_visible()
    assert Invoice.objects.filter(closed_reason="missing").count() == 12


@pytest.fixture
def choose(back_office, page) -> Callable[..., None]:
    """Choose a file of these rows at the upload page, and come to its preview."""

    def chosen(rows: list[dict[str, Any]]) -> None:
        back_office.open("/admin/uploads/upload/add/")
        file: Any = {"name": "night.json", "mimeType": "", "buffer": rows_file(*rows)}
        page.locator("#id_file").set_input_files(file)
        page.get_by_role("button", name="Preview").click()
        page.wait_for_url("**/drafts/*/")

    return chosen


def test_a_tick_that_was_not_previewed_is_not_confirmed_unseen(page, choose, upload):
    full_load(upload, ledger(*range(20)))
    choose(ledger(*range(18)))
    tick, button = page.get_by_label("This file is all that is open in"), page.get_by_role("button", name="Confirm")
    tick.check()
    expect(page.get_by_text("Preview it again before you confirm.")).to_be_visible()
    expect(button).to_be_disabled()
    tick.uncheck()
    expect(button).to_be_enabled()

    tick.check()
    page.get_by_role("button", name="Preview again").click()
    expect(page.get_by_text("2 open items are not in the file. They would be closed")).to_be_visible()
    button.click()
    page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert Upload.objects.get(pk=page.url.split("/")[-3]).closed_count == 2
