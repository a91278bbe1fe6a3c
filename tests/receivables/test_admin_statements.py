"""Statements of account that staff download: as the API gives them, of their own accounts' customers."""

from datetime import timedelta

import pytest
from django.test import Client

from customers.models import Customer
from receivables.admin.shared.as_of import moment_shown
from receivables.models import today
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, customer_row, invoice_row, many_invoices
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import LIST, staff_of, told
from tests.receivables.statements import AS_OF

KINDS = ["pdf", "csv", "json"]


@pytest.fixture
def owing(account, customer):
    """A customer with items on both sides of a day of ours."""
    for number, day in [("1", "2026-05-02"), ("2", "2026-06-20"), ("3", "2026-07-01")]:
        InvoiceFactory(account=account, invoice_number=number, invoice_date=day, due_date=day, currency="USD")
    return customer


def ask(browser, customer, **query):
    return browser.get(f"{LIST}{customer.pk}/statement/", query)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("query", [{}, {"from": "2026-06-01"}], ids=["without a first day", "with one"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_the_one_the_api_gives(kind, query, owing, account, staff):
    query = {"format": kind, "asOf": AS_OF, "knownAt": "now"} | query
    given = ask(staff, owing, **query)
    same = client_of(account).get(f"/jsonApi/customers/{owing.pk}/statement", query)
    assert given.status_code == same.status_code == 200
    assert given["Content-Type"] == same["Content-Type"]
    assert body(given) == body(same)
    assert given["Content-Disposition"] == f'attachment; filename="statement-4711-{AS_OF}.{kind}"'


def test_without_a_day_a_statement_is_of_today(owing, staff):
    response = ask(staff, owing, format="json", asOf="", **{"from": ""})
    assert f"statement-4711-{today()}.json" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"asOf": "tomorrow"}, "“tomorrow” is not a date."),
        ({"asOf": "2026-02-30"}, "“2026-02-30” is not a date."),
        ({"asOf": AS_OF, "from": "31.12.2025"}, "“31.12.2025” is not a date."),
        ({"asOf": AS_OF, "from": "2026-07-01"}, "The first day is after the last day"),
        ({"format": "docx"}, "'docx' is no format here."),
    ],
)
def test_what_is_asked_amiss_is_said_on_the_page(query, message, owing, staff):
    response = ask(staff, owing, **({"format": "pdf"} | query))
    assert response.status_code == 302
    assert response.url.startswith(f"{LIST}{owing.pk}/change/?")
    page = staff.get(response.url)
    [said] = told(page)
    assert message in said
    assert 'value="tomorrow"' not in page.content.decode()  # which a browser would complain of


def test_the_days_that_were_asked_for_stay_in_the_form(owing, staff):
    response = ask(staff, owing, format="pdf", asOf=AS_OF, **{"from": "2026-07-01"})
    page = staff.get(response.url).content.decode()
    assert f'name="asOf" value="{AS_OF}"' in page
    assert 'name="from" value="2026-07-01"' in page


def test_a_day_that_is_not_known_is_refused_with_the_first_one(receipt, staff):
    receipt([customer_row(customerno="4711")], "customers")
    customer = Customer.objects.get()
    page = staff.get(ask(staff, customer, format="pdf", asOf=AS_OF).url)
    assert told(page) == ["What was open then is not known: no invoices were uploaded to this account yet."]
    receipt([invoice_row(customerNumber="4711")])
    first = moment_shown(Upload.objects.get(resource="invoices").merged_at)
    page = staff.get(ask(staff, customer, format="pdf", asOf=AS_OF).url)
    assert told(page) == [
        f"What this customer owed is known from {first} on. Choose a later day, or what is known now."
    ]
    assert ask(staff, customer, format="csv", asOf=AS_OF, knownAt="now").status_code == 200


def test_a_statement_of_a_past_day_is_as_it_was_known_at_its_end(receipt, staff):
    receipt([customer_row(customerno="4711", companyname="Then")], "customers")
    receipt([invoice_row(customerNumber="4711", balanceAmount="10", currency="EUR")])
    days_pass(2)
    receipt([customer_row(customerno="4711", companyname="Now")], "customers")
    receipt([invoice_row(customerNumber="4711", balanceAmount="3", currency="EUR")])
    yesterday = str(today() - timedelta(days=1))
    found = [
        ask(staff, Customer.objects.get(), format="json", asOf=yesterday, knownAt=known).json() for known in ("", "now")
    ]
    assert [(one["customer"]["name"], one["currencies"][0]["closing"]["amount"]) for one in found] == [
        ("Then", "10"),
        ("Now", "3"),
    ]


def test_more_items_than_a_letter_holds_are_said_to_be_too_many(account, owing, staff):
    many_invoices(account, 2001, invoice_date=today() - timedelta(days=1))
    response = ask(staff, owing, format="pdf")
    assert "or CSV, which has no limit" in told(staff.get(response.url))[0]
    assert body(ask(staff, owing, format="csv")).count(b"\r\nitem,") == 2004


@pytest.mark.parametrize("kind", KINDS)
def test_a_customer_of_another_account_has_no_statement(kind, account, staff):
    other = CustomerFactory(account=AccountFactory(), company_name="Secret Ltd")
    response = ask(staff, other, format=kind)
    assert response.status_code == 404
    assert b"Secret" not in response.content


@pytest.mark.parametrize("number", ["0", "none", "99999999999999999999", "1_3Fa"])
def test_a_customer_there_is_not_has_no_statement(number, staff):
    assert staff.get(f"{LIST}{number}/statement/").status_code == 404


@pytest.mark.parametrize("may", [["view_customer"], ["view_invoice"], []])
def test_a_statement_takes_the_right_to_see_customers_and_invoices(may, account, owing):
    assert ask(staff_of(account, may=may), owing, format="csv").status_code == 403


def test_an_anonymous_visitor_is_sent_to_the_login(owing, db):
    response = ask(Client(), owing, format="csv")
    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")


def test_a_statement_is_kept_in_no_cache(owing, staff):
    assert "no-store" in ask(staff, owing, format="json")["Cache-Control"]


def test_a_statement_cannot_be_posted(owing, staff):
    assert staff.post(f"{LIST}{owing.pk}/statement/").status_code == 405
