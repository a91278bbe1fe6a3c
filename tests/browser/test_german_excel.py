"""A CSV file as German Excel writes it, from its choice to the receipt, by someone whose browser is German."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from apiauth.models import Account
from receivables.models import Invoice
from tests.browser.back_office import BackOffice

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "ein langer Satz"
PROVED = """Offene Posten Mai;;;;;
Kunde;Name;Beleg;Betrag;Fällig;Währung
4711;Müller & Söhne GmbH;9001;1.234,56;31.12.2025;EUR
4711;Müller & Söhne GmbH;9002;234,56-;01.02.2026;EUR
4712;Weiß KG;9003;1.000;15.01.2026;EUR
"""
OPEN = """Kunde;Name;Beleg;Betrag;Fällig;Währung
4711;Müller & Söhne GmbH;9001;1.000;31.12.2025;EUR
4712;Weiß KG;9003;12.500;15.01.2026;EUR
"""
COLUMNS = {
    "Kunde": "customerNumber",
    "Name": "customerName",
    "Beleg": "invoiceNumber",
    "Betrag": "invoiceAmount",
    "Fällig": "dueDate",
    "Währung": "currency",
}
WIDTHS = (1280, 360)


@pytest.fixture
def page(browser, gunicorn, pair, request):
    """The page to choose a file on, in German, of someone who logged in by the form."""
    Account.objects.update(amount_decimal_places=2)
    User.objects.create_superuser("ada", password=PASSWORD)
    viewport = {"width": getattr(request, "param", 1280), "height": 900}
    with browser.new_context(viewport=viewport, locale="de-DE") as context:
        office = BackOffice(context.new_page(), gunicorn.port)
        office.log_in("ada", PASSWORD)
        office.open("/admin/uploads/upload/add/")
        yield office.page


def choose(page: Page, text: str) -> None:
    file = {"name": "Mai.csv", "mimeType": "text/csv", "buffer": text.replace("\n", "\r\n").encode("windows-1252")}
    page.get_by_label("Datei auswählen").set_input_files(file)
    page.get_by_role("button", name="Vorschau").click()
    page.wait_for_url("**/drafts/**")


def say_columns(page: Page) -> None:
    for name, field in COLUMNS.items():
        page.get_by_label(name, exact=True).select_option(field)


def preview(page: Page) -> None:
    page.get_by_role("button", name="Vorschau").click()
    page.wait_for_url("**/drafts/*/")


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Bestätigen und hochladen").click()
    page.wait_for_url("**/admin/uploads/upload/*/change/")


def stored() -> list[tuple[str, Decimal, date | None]]:
    found = Invoice.objects.order_by("invoice_number")
    return [(invoice.customer_name, invoice.invoice_amount, invoice.due_date) for invoice in found]


def is_wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_a_german_csv_is_read_as_it_was_written(page):
    choose(page, PROVED)
    say_columns(page)
    assert not is_wider_than_the_screen(page)
    preview(page)
    how = page.locator(".upload-card", has_text="So wurde die Datei gelesen")
    expect(how).to_contain_text("1.234,56 wird als 1.234,56 gelesen")
    expect(how).to_contain_text("31.12.2025 wird als 31. Dezember 2025 gelesen")
    expect(how).to_contain_text("Offene Posten Mai")
    expect(how).to_contain_text("Müller & Söhne GmbH")
    assert not is_wider_than_the_screen(page)
    confirm(page)
    assert stored() == [
        ("Müller & Söhne GmbH", Decimal("1234.56"), date(2025, 12, 31)),
        ("Müller & Söhne GmbH", Decimal("-234.56"), date(2026, 2, 1)),
        ("Weiß KG", Decimal(1000), date(2026, 1, 15)),
    ]


@pytest.mark.parametrize("page", WIDTHS, indirect=True)
def test_numbers_of_two_readings_are_asked_for_in_german(page):
    choose(page, OPEN)
    say_columns(page)
    page.get_by_role("button", name="Vorschau").click()
    question = page.get_by_role("group", name="Welches Format haben die Zahlen?")
    expect(question).to_contain_text("1.000 wird als 1.000,00 gelesen")
    expect(question).to_contain_text("1.000 wird als 1,00 gelesen")
    assert not is_wider_than_the_screen(page)
    question.get_by_role("radio", name="1.234,56").check()
    preview(page)
    confirm(page)
    assert [amount for _, amount, _ in stored()] == [1000, 12500]


def test_an_answer_stays_when_another_question_follows(page):
    choose(
        page, OPEN.replace("31.12.2025", "01/02/2026").replace("15.01.2026", "03/02/2026").replace("Fällig", "dueDate")
    )
    page.get_by_role("radio", name="31/12/2025").check()
    for name, field in COLUMNS.items() - {("Fällig", "dueDate")}:
        page.get_by_label(name, exact=True).select_option(field)
    page.get_by_role("button", name="Vorschau").click()
    page.get_by_role("radio", name="1.234,56").check()
    expect(page.get_by_role("radio", name="31/12/2025")).to_be_checked()
    preview(page)
    confirm(page)
    assert [(amount, due) for _, amount, due in stored()] == [(1000, date(2026, 2, 1)), (12500, date(2026, 2, 3))]


def test_an_answer_outlives_the_session(page):
    choose(page, OPEN)
    say_columns(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Vorschau").click()
    page.get_by_role("radio", name="1.234,56").check()
    Session.objects.all().delete()
    with page.expect_navigation():
        page.get_by_role("button", name="Vorschau").click()
    page.locator("#id_username").fill("ada")
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("#id_password").press("Enter")
    expect(page.get_by_label("Betrag", exact=True)).to_have_value("invoiceAmount")
    page.get_by_role("radio", name="1.234,56").check()
    preview(page)
    page.go_back()
    page.wait_for_url("**/columns/")
    page.get_by_role("radio", name="1234.56").check()
    preview(page)
    confirm(page)
    assert [amount for _, amount, _ in stored()] == [1, Decimal("12.5")]
