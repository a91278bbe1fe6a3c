"""People from their invitation to their first work, each in a browser of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from apiauth.models import Account, ApiKey
from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceNote
from tests.browser.back_office import BackOffice
from tests.browser.keyboard import Keyboard
from tests.factories import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "violet tram 7"


@pytest.fixture
def invoice(account):
    return InvoiceFactory(account=account, invoice_number="9800")


def invited(back_office: BackOffice, first_name: str, role: str) -> str:
    """Add a person as a superuser does; return the link, as it is in the clipboard."""
    page = back_office.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    back_office.open("/admin/auth/user/add/")
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("E-mail address").fill(f"{first_name}@example.com")
    page.get_by_label(f"{role}:").check()
    page.get_by_role("button", name="Add and create the link").click()
    button = page.get_by_role("button", name="Copy Link")
    button.click()
    link = page.locator(f"#{button.get_attribute('data-copies')}").inner_text()
    page.wait_for_function("async (link) => await navigator.clipboard.readText() === link", arg=link)
    return link


@contextmanager
def colleague(back_office: BackOffice, link: str) -> Iterator[BackOffice]:
    """Follow the link in another browser, set a password and log in: what somebody does who was invited."""
    browser = back_office.page.context.browser
    assert browser is not None
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB") as context:
        own = BackOffice(context.new_page(), 0)
        own.address = back_office.address
        asked: list[str] = []
        context.on("request", lambda request: asked.extend([request.url, request.headers.get("referer", "")]))
        own.page.goto(link)
        own.page.wait_for_url("**/set-password/*/")
        keyboard = Keyboard(own.page)
        own.page.keyboard.type(PASSWORD)
        keyboard.step()
        own.page.keyboard.type(PASSWORD)
        keyboard.press("Enter")
        name = own.page.get_by_text("Your password is set. Log in as").inner_text().split()[-1].rstrip(".")
        own.log_in(name, PASSWORD)
        secret = link.rpartition(".")[2]
        assert [address for address in asked if secret in address.partition("#")[0]] == []
        yield own
        assert own.troubles == []


def open_invoice(own: BackOffice, invoice: Invoice) -> Page:
    own.open("/admin/receivables/invoice/")
    own.page.get_by_role("link", name=invoice.invoice_number).click()
    own.page.wait_for_url("**/change/")
    return own.page


def test_a_person_of_each_role_comes_from_the_invitation_to_the_first_work(back_office, invoice):
    with colleague(back_office, invited(back_office, "vera", "Viewer")) as vera:
        expect(open_invoice(vera, invoice).get_by_label("Add a note")).to_have_count(0)

    with colleague(back_office, invited(back_office, "carl", "Collector")) as carl:
        page = open_invoice(carl, invoice)
        page.get_by_label("Add a note").fill("Pays on Friday")
        page.get_by_role("button", name="Add note").click()
        expect(page.locator(".timeline .note")).to_have_text("Pays on Friday")
        assert InvoiceNote.objects.get().author_username == "carl@example.com"
        expect(page.get_by_role("link", name="API keys")).to_have_count(0)

    with colleague(back_office, invited(back_office, "anna", "Administrator")) as anna:
        page = anna.page
        anna.open("/admin/apiauth/apikey/add/")
        page.get_by_label("Account").select_option(label=Account.objects.get().name)
        page.get_by_label("Name").fill("Anna's feed")
        page.get_by_role("button", name="Create the pair").click()
        page.get_by_text("Copy the secret now").wait_for()
        assert ApiKey.objects.filter(name="Anna's feed").exists()
        expect(page.get_by_role("link", name="Staff")).to_have_count(0)


def test_the_form_of_a_new_person_is_filled_in_by_keyboard_alone(back_office):
    back_office.open("/admin/auth/user/add/")
    page, keyboard = back_office.page, Keyboard(back_office.page)
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_label("First name").focus()
    page.keyboard.type("Vera")
    for name, typed in {"Last name": "Vane", "E-mail address": "vera@example.com"}.items():
        keyboard.steps_to(name)
        page.keyboard.type(typed)
    keyboard.steps_to("Viewer: can view invoices, customers and uploads")
    page.keyboard.press("ArrowDown")
    keyboard.steps_to("Add and create the link")
    keyboard.press("Enter")
    expect(page.locator("#shown-link")).to_contain_text("/admin/set-password/#")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    link = page.locator("#shown-link").inner_text()
    page.get_by_role("link", name="I have passed the link on").click()
    expect(page.get_by_text("has not set a password yet")).to_be_visible()
    page.go_back()
    assert link not in page.content()
