"""Whole errands, as staff run them: from the form of the login to what they came for, with and without a mouse."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from receivables.models import Invoice, today
from receivables.models.notes_and_tags import InvoiceNote
from tests.browser.keyboard import Keyboard
from tests.factories import customer_row, invoice_row

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long pass phrase"


@pytest.fixture
def _fed(receipt):
    """What a feed sent, with padded numbers: an item that is overdue for 45 days, and one of somebody else."""
    due = (today() - timedelta(days=45)).isoformat()
    names = {"customerno": "0000004711", "companyname": "Laurel Bearings"}
    receipt([customer_row(**names)], "customers")
    late = {"customerNumber": "0000004711", "invoiceNumber": "9800", "invoiceAmount": 1234, "currency": "EUR"}
    receipt([late | {"dueDate": due}, invoice_row(customerNumber="0000009999", invoiceNumber="other", dueDate=due)])


@pytest.fixture
def nobody(back_office):
    """The admin, which nobody has logged in to yet; Bea may."""
    back_office.page.context.clear_cookies()
    User.objects.create_superuser("bea", password=PASSWORD)
    return back_office


@pytest.mark.usefixtures("_fed")
def test_an_overdue_item_is_found_by_its_customers_number_without_zeros_and_followed_to_where_it_came_from(nobody):
    nobody.log_in("bea", PASSWORD)
    page = nobody.page
    page.get_by_role("navigation").get_by_role("link", name="Invoices").click()
    page.get_by_role("textbox", name="Number, name or reference").fill("4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=4711")
    [row] = page.locator("#result_list tbody tr").all()
    assert row.locator(".field-open").inner_text() == "€1,234.00"
    assert row.locator(".field-overdue").inner_text() == "45"
    assert row.locator(".field-age").inner_text() == "31–60 days"

    row.get_by_role("link", name="9800").click()
    page.wait_for_url("**/admin/receivables/invoice/*/change/**")
    figures = page.locator(".summary dd").all_inner_texts()
    assert (figures[0], figures[-1]) == ("€1,234.00", "45")
    assert "31–60 days" in page.locator(".summary .labels").inner_text()

    page.get_by_role("link", name="Laurel Bearings").click()
    expect(page.get_by_role("heading", name="Laurel Bearings", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="9800").click()
    page.get_by_role("link", name="by this upload").click()
    page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert page.locator(".upload-sum dd").all_inner_texts() == ["2", "2", "0", "0", "0"]


@pytest.mark.usefixtures("_fed")
def test_a_note_is_added_and_a_file_brought_in_by_keyboard_alone(nobody, tmp_path):
    nobody.open()
    page, keyboard = nobody.page, Keyboard(nobody.page)
    page.keyboard.type("bea")
    keyboard.step()
    page.keyboard.type(PASSWORD)
    keyboard.press("Enter")

    assert keyboard.steps_to("Invoices") == ["Skip to the content", "Receivables", "Dashboard"]
    keyboard.press("Enter")
    keyboard.skip_to_content()
    keyboard.steps_to("Number, name or reference")
    page.keyboard.type("4711")
    keyboard.press("Enter")
    assert keyboard.step() == "Save this list"  # what was skipped stays so
    keyboard.steps_to("9800")
    keyboard.press("Enter")

    keyboard.skip_to_content()
    keyboard.steps_to("Add a note")
    page.keyboard.type("Pays on Friday")
    keyboard.step()
    keyboard.step("Shift+Tab")
    assert keyboard.focused()["name"] == "Add a note"
    assert keyboard.steps_to("Add note") == []
    keyboard.press("Space")
    assert InvoiceNote.objects.get().text == "Pays on Friday"

    assert keyboard.step() == "Add a note"  # one goes on where one was
    keyboard.steps_to("Upload a file", "Shift+Tab")
    keyboard.press("Enter")
    keyboard.skip_to_content()
    keyboard.steps_to("Content of the file")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    path = tmp_path / "night.json"
    path.write_text(json.dumps([invoice_row(invoiceNumber="new")]))
    keyboard.steps_to("Choose a file, or drop one here")
    page.locator("#id_file").set_input_files(path)
    keyboard.steps_to("Preview")
    keyboard.press("Enter")
    assert keyboard.step() == "Confirm and upload"
    keyboard.press("Space")
    page.wait_for_url("**/admin/uploads/upload/*/change/")
    assert Invoice.objects.filter(invoice_number="new").count() == 1

    page.set_viewport_size({"width": 360, "height": 740})
    assert keyboard.steps_to("Side bar") == ["Skip to the content"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close the side bar")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Side bar", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Close the side bar")).to_be_focused()
    keyboard.steps_to("bea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Dark")).to_be_visible()
    keyboard.steps_to("Dark")
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_class("dark")
    keyboard.steps_to("Log out")
    keyboard.press("Enter")
    page.wait_for_url("**/admin/log*/**")
