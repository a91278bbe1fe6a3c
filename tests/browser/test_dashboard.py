"""The dashboard as a member of staff sees it: numbers that are the table's, on every screen."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from apiauth.models import Account
from receivables.management.commands.prepare_demo import CUSTOMER_COUNT
from receivables.models import Invoice, overdue, today
from receivables.models.account_figures import AccountFigures
from receivables.money import shown
from tests.factories import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ledger(pair):
    """Items of four currencies, of all ages."""
    account = Account.objects.get()
    for number in range(CUSTOMER_COUNT):
        InvoiceFactory(
            account=account,
            customer_number=str(number % 9),
            customer_name=f"Customer {number % 9}",
            currency=("EUR", "USD", "GBP", "INR")[number % 4],
            invoice_amount=(number * 37) % 1009 - 60,
            due_date=today() - timedelta(days=number - 30) if number % 11 else None,
        )
    return account


def table_of(page, name):
    """Return a table's rows by their heads: the first line of each cell."""
    rows = page.locator(f"section[aria-labelledby={name}] tbody tr:not([aria-hidden])")
    cells = [[cell.split("\n")[0] for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()]
    return {head: values for head, *values in cells}


def test_the_numbers_of_the_dashboard_are_those_of_sql(ledger, back_office):
    back_office.open()
    aged = table_of(back_office.page, "aging")
    totals = Invoice.objects.values_list("currency").annotate(Sum("open_amount")).order_by()
    assert {currency: cells[0] for currency, cells in aged.items()} == {
        currency: shown(total, currency) for currency, total in totals
    }
    late = Invoice.objects.filter(overdue(today())).values_list("currency").annotate(Sum("open_amount")).order_by()
    told = back_office.page.locator(".card .meter + p a").all_inner_texts()
    assert {text.split()[0] for text in told} == {shown(amount, currency) for currency, amount in late}


def test_a_bar_is_as_long_as_its_bucket_is_large(ledger, back_office):
    back_office.open()
    bar = back_office.page.locator(".bar").first
    whole = bar.bounding_box()["width"]
    parts = [part.bounding_box()["width"] / whole for part in bar.locator("span").all()]
    [currency, *_] = table_of(back_office.page, "aging")
    items = Invoice.objects.filter(currency=currency)
    owed = items.filter(open_amount__gt=0).aggregate(total=Sum("open_amount"))["total"]
    not_due = items.filter(open_amount__gt=0, due_date__gte=today()).aggregate(total=Sum("open_amount"))["total"]
    assert parts[0] == pytest.approx(float(not_due / owed), abs=0.02)
    assert sum(parts) == pytest.approx(1, abs=0.03)  # and the gaps


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_the_dashboard_fits_every_screen(ledger, back_office, width):
    back_office.page.set_viewport_size({"width": width, "height": 800})
    back_office.open()
    assert back_office.page.evaluate("document.documentElement.scrollWidth") <= width


def test_figures_come_up_to_date_without_the_page_being_loaded_anew(ledger, back_office):
    back_office.open()
    InvoiceFactory(account=ledger, currency="CHF", invoice_amount=7)
    AccountFigures.objects.update(seconds=5, computed_at=timezone.now() - timedelta(seconds=58))
    back_office.open()
    page = back_office.page
    page.evaluate("window.wasHere = true")
    assert page.get_by_text("Rows have changed since").is_visible()
    page.get_by_role("heading", name="Open in CHF").wait_for(timeout=20_000)
    assert page.evaluate("window.wasHere")
    assert page.get_by_text("Rows have changed since").count() == 0


def test_figures_are_brought_up_to_date_from_the_keyboard(ledger, back_office):
    back_office.open()
    InvoiceFactory(account=ledger, currency="CHF", invoice_amount=7)
    AccountFigures.objects.update(seconds=0.6, computed_at=timezone.now() - timedelta(hours=1))
    back_office.page.route("**/receivables/dashboard.js", lambda route: route.fulfill(body=""))
    back_office.open()
    button = back_office.page.get_by_role("button", name="Refresh")
    button.focus()
    button.press("Enter")
    figures = back_office.page.get_by_role("heading", name="Open in CHF")
    figures.wait_for()
    assert figures.count() == 1
