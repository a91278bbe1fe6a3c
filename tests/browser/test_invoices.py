"""The pages of invoices, as a collector uses them: find, filter, note, tag, take along."""

import csv
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from receivables.models import today
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice():
    account = AccountFactory(name="Fern Ltd")
    CustomerFactory(account=account, customer_number="0000004711", company_name="Laurel Bearings")
    InvoiceFactory(account=account, customer_number="9999", invoice_number="other")
    due = today() - timedelta(days=100)
    return InvoiceFactory(account=account, customer_number="0000004711", invoice_number="9800", due_date=due)


@pytest.fixture
def page(back_office, invoice):
    back_office.open("/admin/receivables/invoice/")
    return back_office.page


def numbers(page):
    return page.locator("#result_list .field-number").all_inner_texts()


def test_a_customer_is_chosen_among_suggestions_and_the_list_filtered(page):
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Customer", exact=True).press_sequentially("laur")
    page.locator("datalist option[value='0000004711']").wait_for(state="attached")
    page.get_by_label("Customer", exact=True).fill("4711")
    page.get_by_role("button", name="Apply Filters").click()
    page.wait_for_url("**/?customer=4711")
    assert numbers(page) == ["9800"]


def test_the_filters_open_and_close_by_the_keyboard(page):
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    age = page.get_by_label("Age", exact=True)
    age.wait_for()
    page.keyboard.press("Escape")
    age.wait_for(state="hidden")
    assert not age.is_visible()


def test_a_list_that_is_filtered_is_downloaded_as_it_is(page):
    page.get_by_role("link", name="Over 90 days").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with download.value.path().open() as file:
        assert [row["invoiceNumber"] for row in csv.DictReader(file)] == ["9800"]


def test_a_note_and_a_tag_stand_on_the_page_at_once(page):
    page.get_by_role("link", name="9800").click()
    page.get_by_label("Add a note").fill("Pays on Friday")
    page.get_by_role("button", name="Add note").click()
    page.get_by_label("Add a tag").fill("promised")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.locator(".timeline .note").inner_text() == "Pays on Friday"
    page.get_by_role("button", name="Remove the tag promised").click()
    expect(page.get_by_text("No tags yet.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_invoices_is_wider_than_the_window(width, page, back_office, invoice):
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/admin/receivables/invoice/", f"/admin/receivables/invoice/{invoice.pk}/change/"):
        back_office.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
