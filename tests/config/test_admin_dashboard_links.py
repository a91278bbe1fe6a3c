"""The first page of the admin: each figure leads to what it is made of."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from receivables.models import Invoice, today
from receivables.models.account_figures import AccountFigures
from tests.config.dashboard import DASHBOARD, due, links_of, shown
from tests.conftest import client_of
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row


@pytest.fixture
def client_of_own(own):
    return client_of(own)


def test_links_from_a_chosen_account_lead_to_its_rows_alone(superuser, own, foreign):
    InvoiceFactory(account=own, currency="EUR", due_date=due(3))
    page = superuser.get(DASHBOARD, {"account": own.pk}).content.decode().partition('id="dashboard"')[2]
    lists = re.findall(r'href="(/admin/receivables/invoice/[^"]*)"', page)
    assert lists
    assert all(f"account__id__exact={own.pk}" in address for address in lists)


def test_each_doubt_is_counted_and_leads_to_its_items(own, staff):
    fine = {"account": own, "currency": "EUR", "due_date": today()}
    CustomerFactory(account=own, customer_number="4711")
    for wanting in ({"due_date": None}, {"customer_number": "1"}, {"balance_text": "?"}, {"currency": "Euro"}):
        InvoiceFactory(**fine | wanting)
    page = shown(staff).partition("Data issues")[2]
    assert re.findall(r"number\. (\d)|overdue\. (\d)|4217\. (\d)", page)
    asked = [link["quality"] for link in links_of(staff) if "quality" in link]
    assert {"no_due_date", "unknown_customer", "no_amount", "unknown_currency"} <= set(asked)


def test_totals_buckets_and_movements_lead_to_their_items(own, staff):
    InvoiceFactory(account=own, currency="EUR", due_date=due(40))
    asked = links_of(staff)
    for narrowed in ({"due": "open"}, {"due": "overdue"}, {"bucket": "2"}):
        assert {"currency": "EUR"} | narrowed in asked
    assert {"moved": "new", "moved_currency": "=EUR"} in asked


def led_to(staff, figures):
    """Return how many rows each address lists, and how many its figure is of."""
    found = [(staff.get(href).context["cl"].result_count, count, href) for count, href in figures if href]
    return [counts for counts in found if counts[0] != counts[1]], len(found)


def counted(board):
    """Yield each number of the dashboard with the address that it leads to."""
    for card in board["cards"]:
        yield card.count, card.href
        if card.without_amount:
            yield int(card.without_amount), card.without_amount_href
    for row in [*board["aging"], *board["movements"]]:
        yield from ((cell.count, cell.href) for cell in row.cells)
    for group in board["overdue_customers"]:
        yield from ((row.count, row.items_href) for row in group.rows)
    yield from ((issue.count, issue.href) for issue in board["data_issues"] if issue.count)


def test_every_number_leads_to_exactly_the_rows_that_make_it(own, superuser, client_of_own):
    for place, currency in enumerate(["EUR", "usd", "USD", "Euro", "EURO", ""]):
        for days in (-3, 5, 40, 100, None):
            late = None if days is None else due(days)
            InvoiceFactory(account=own, currency=currency, due_date=late, customer_number=f"{place}")
        InvoiceFactory(account=own, currency=currency, due_date=due(9), balance_text="?", customer_number=f"{place}")
        InvoiceFactory(account=own, currency=currency, due_date=due(9), invoice_amount=-5)
    CustomerFactory(account=own, customer_number="0000001")
    move(client_of_own)
    board = superuser.get(DASHBOARD, {"account": own.pk}).context["dashboard"]
    assert {cell.count for row in board["movements"] for cell in row.cells} == {0, 1, 2, 7}
    wrong, count = led_to(superuser, counted(board))
    assert (wrong, count > 60) == ([], True)


def move(client):
    """Let items of long ago move, each in another way."""
    before = {"1": 100, "2": 100, "3": 0, "4": 100, "5": 100, "6": 100, "7": 100}
    after = {"1": 40, "2": 0, "3": 30, "4": 250, "5": 100, "6": -100, "7": 0}
    send(client, [owed(number, balance) for number, balance in before.items()])
    long_ago = timezone.now() - timedelta(days=5)
    Invoice.objects.filter(currency="SEK").update(created_at=long_ago, updated_at=long_ago)
    others = {"5": {"currency": "NOK"}}
    send(client, [owed(number, balance, **others.get(number, {})) for number, balance in after.items()])
    send(client, [owed("7", 90, customerNumber="other")])


def owed(number, balance, **values):
    """Return an item of a document of its own, with a balance."""
    columns = {"invoiceNumber": number, "accountingDocNumber": number, "invoiceAmount": 100, "currency": "SEK"}
    return invoice_row(**columns | {"balanceAmount": str(balance)} | values)


def send(client, rows):
    assert client.post("/jsonApi/upload/invoices", rows, format="json").status_code == 200


def test_each_kind_of_movement_leads_to_its_items_in_either_currency(own, superuser, client_of_own):
    move(client_of_own)
    board = superuser.get(DASHBOARD, {"account": own.pk}).context["dashboard"]
    found = {
        (row.currency, str(cell.label)): listed(superuser, cell) for row in board["movements"] for cell in row.cells
    }
    assert {key: numbers for key, numbers in found.items() if numbers} == {
        ("SEK", "Reduced"): [("1", "SEK")],
        ("SEK", "Raised"): [("4", "SEK")],
        ("SEK", "Settled"): [("2", "SEK")],
        ("SEK", "Reopened"): [("3", "SEK")],
        ("SEK", "Other currency"): [("5", "NOK")],
        ("NOK", "Other currency"): [("5", "NOK")],
        ("SEK", "Transferred"): [("7", "SEK"), ("7", "SEK")],
        ("SEK", "Other"): [("6", "SEK")],
    }


def test_a_list_saved_by_an_earlier_release_has_what_was_paid_in_part_or_whole(own, superuser, client_of_own):
    move(client_of_own)
    invoices = superuser.get("/admin/receivables/invoice/", {"moved": "paid_down", "currency": "SEK"}).context["cl"]
    assert sorted(invoice.invoice_number for invoice in invoices.result_list) == ["1", "2"]


def listed(superuser, cell):
    """Return number and currency of each invoice that a cell leads to."""
    invoices = superuser.get(cell.href).context["cl"].result_list if cell.href else []
    return [(invoice.invoice_number, invoice.currency) for invoice in invoices]


def test_a_feed_of_invoices_alone_leads_from_all_who_are_overdue_to_their_items(own, staff):
    InvoiceFactory(account=own, currency="EUR", due_date=due(40))
    [href] = re.findall('caption>EUR<a href="(.*?)"', staff.get(DASHBOARD).content.decode())
    assert staff.get(unescape(href)).context["cl"].result_count == 1
    CustomerFactory(account=own, customer_number="4711")
    assert "most_overdue" not in href
    AccountFigures.objects.all().delete()
    assert "?most_overdue=EUR" in staff.get(DASHBOARD).content.decode()


def test_what_nothing_is_wrong_with_has_no_link_to_an_empty_list(own, staff):
    CustomerFactory(account=own, customer_number="4711")
    InvoiceFactory(account=own, currency="EUR", due_date=today())
    assert [link for link in links_of(staff) if "quality" in link] == []


def test_a_debtor_leads_to_its_page_and_to_what_is_overdue(own, staff):
    customer = CustomerFactory(account=own, customer_number="0000004711", company_name="Alder Foods")
    InvoiceFactory(account=own, currency="EUR", invoice_amount=40, due_date=due(33))
    page = staff.get(DASHBOARD).content.decode()
    assert f'<a href="/admin/customers/customer/{customer.pk}/change/">Alder Foods</a>' in page
    asked = {
        "customer": "4711",
        "customer_code": "=",
        "due": "overdue",
        "open_from": "0",
        "currency": "EUR",
        "account__id__exact": str(own.pk),
    }
    assert asked in links_of(staff)
    assert "33 days" in shown(staff)
