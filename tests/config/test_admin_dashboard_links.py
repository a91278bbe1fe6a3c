"""The first page of the admin: each figure leads to what it is made of."""

import re

from receivables.models import today
from tests.config.dashboard import DASHBOARD, due, links_of, shown
from tests.factories import CustomerFactory, InvoiceFactory


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
    page = shown(staff).partition("Doubtful data")[2]
    assert re.findall(r"number\. (\d)|overdue\. (\d)|4217\. (\d)", page)
    asked = [link["quality"] for link in links_of(staff) if "quality" in link]
    assert {"no_due_date", "unknown_customer", "no_amount", "unknown_currency"} <= set(asked)


def test_totals_buckets_and_movements_lead_to_their_items(own, staff):
    InvoiceFactory(account=own, currency="EUR", due_date=due(40))
    asked = links_of(staff)
    for narrowed in ({"due": "open"}, {"due": "overdue"}, {"bucket": "2"}, {"updated_since": "yesterday"}):
        assert {"currency": "EUR"} | narrowed in asked


def test_what_is_of_no_known_currency_leads_to_all_that_is(own, staff):
    InvoiceFactory(account=own, currency="Euro", due_date=due(40))
    assert {"bucket": "2", "quality": "unknown_currency"} in links_of(staff)
    assert not [link for link in links_of(staff) if "currency" in link]


def test_what_nothing_is_wrong_with_has_no_link_to_an_empty_list(own, staff):
    CustomerFactory(account=own, customer_number="4711")
    InvoiceFactory(account=own, currency="EUR", due_date=today())
    assert [link for link in links_of(staff) if "quality" in link] == []


def test_a_debtor_leads_to_its_page_and_to_what_is_overdue(own, staff):
    customer = CustomerFactory(account=own, customer_number="0000004711", company_name="Alder Foods")
    InvoiceFactory(account=own, currency="EUR", invoice_amount=40, due_date=due(33))
    page = staff.get(DASHBOARD).content.decode()
    assert f'<a href="/admin/customers/customer/{customer.pk}/change/">Alder Foods</a>' in page
    asked = {"customer": "4711", "due": "overdue", "currency": "EUR", "account__id__exact": str(own.pk)}
    assert asked in links_of(staff)
    assert "33 days" in shown(staff)
