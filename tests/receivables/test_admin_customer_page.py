"""The page of a customer in the admin: who it is, what it owes by age, its invoices, what became of it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import capfirst

from customers.models import CustomerChange
from receivables.admin.shared.cells import BUCKET_NAMES
from receivables.models import Invoice
from tests.conftest import client_of
from tests.factories import CustomerFactory, InvoiceFactory, customer_row
from tests.receivables.staff_pages import LIST, ago, owe, staff_of, tables


def open_page(browser, customer):
    return browser.get(f"{LIST}{customer.pk}/change/")


def page_of(browser, customer):
    response = open_page(browser, customer)
    assert response.status_code == 200
    return response.content.decode()


def row_of(browser, customer, head):
    """Return the cells behind each row head of this text."""
    rows = tables(open_page(browser, customer))
    return [[text for place, text in row.items() if place != 0] for row in rows if row.get(0) == head]


def test_each_currency_has_its_balance(account, customer, staff):
    owe(account, 1000, ago(-3))
    owe(account, 200, ago(40))
    owe(account, -5)
    owe(account, 9, currency="EUR")
    [[amount, overdue, oldest, credits_, items]] = row_of(staff, customer, "USD")
    assert (amount, overdue, credits_, items) == ("$1,195.00", "$200.00", "-$5.00", "3")
    assert oldest.endswith("40 days")
    assert row_of(staff, customer, "EUR") == [["€9.00", "–", "–", "–", "1"]]


def test_the_ages_are_those_of_the_aging_report(account, customer, staff):
    for amount, due in [(1, ago(0)), (2, ago(1)), (4, ago(30)), (8, ago(31)), (16, ago(90)), (32, ago(91)), (64, None)]:
        owe(account, amount, due)
    owe(account, -128, ago(200))
    [row] = client_of(account).get("/jsonApi/reports/aging", {"buckets": "30,60,90"}).json()["results"]
    shown = [row_of(staff, customer, capfirst(name))[0][0] for name in BUCKET_NAMES]
    assert shown == ["$1.00", "$6.00", "$8.00", "$16.00", "$32.00", "$64.00", "-$128.00"]
    assert [bucket["amount"] for bucket in row["buckets"]] == ["1", "6", "8", "16", "32", "64", "-128"]


def test_shares_are_of_what_is_owed_without_credits(account, customer, staff):
    owe(account, 9995, ago(10))
    owe(account, 5, ago(-1))
    owe(account, -500)
    assert row_of(staff, customer, capfirst(BUCKET_NAMES[1])) == [["$9,995.00", "100.0 %"]]
    assert row_of(staff, customer, "Not due") == [["$5.00", "< 0.1 %"]]
    assert row_of(staff, customer, "Credit") == [["-$500.00", ""]]


def test_credits_alone_have_no_share(account, customer, staff):
    owe(account, -500)
    assert row_of(staff, customer, "Not due") == [["$0.00", ""]]
    assert row_of(staff, customer, "Open") == [["-$500.00", ""]]


def test_a_customer_who_owes_nothing_is_told_of_as_such(customer, staff):
    page = page_of(staff, customer)
    assert "Nothing is open." in page
    assert "This customer has no invoices." in page


def test_invoices_follow_the_open_ones_first_by_due_date(account, customer, staff):
    owe(account, 1, ago(1), invoice_number="later")
    owe(account, 1, None, invoice_number="undated")
    owe(account, 1, ago(400), invoice_number="settled", balance_text="0", balance_amount=0)
    owe(account, 1, ago(2), invoice_number="earlier")
    owe(account, 1, ago(3), invoice_number="odd", balance_text="much")
    rows = [(row[0], row[4]) for row in tables(open_page(staff, customer)) if len(row) == 8][1:]
    assert rows == [
        ("odd", "Amount unknown"),
        ("earlier", "2 days overdue"),
        ("later", "1 day overdue"),
        ("undated", "No due date"),
        ("settled", "Settled"),
    ]


def test_fifty_invoices_are_shown_and_the_others_linked(account, customer, staff):
    for _ in range(51):
        owe(account, 1)
    page = page_of(staff, customer)
    assert page.count('href="/admin/receivables/invoice/') == 50 + 2  # the side bar, and the list of them all
    asked = f"customer=4711&amp;customer_code=%3D&amp;account__id__exact={account.pk}"
    assert f'href="/admin/receivables/invoice/?{asked}"' in page
    assert "The first 50, open invoices first" in page


def test_invoices_of_other_customers_are_not_shown(account, staff):
    customer = CustomerFactory(account=account, customer_number="4711", company_code="US01")
    owe(account, 1, invoice_number="of another code", company_code="DE01")
    InvoiceFactory(invoice_number="of another account")
    page = page_of(staff, customer)
    assert "of another code" not in page
    assert "of another account" not in page


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("ap@example.com", "mailto:ap@example.com"),
        ("a?cc=b&c@example.com", "mailto:a%3Fcc%3Db%26c@example.com"),
        ("ap@example.com; other@example.com", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_only_an_address_is_a_link_to_write_to(text, link, account, staff):
    page = page_of(staff, CustomerFactory(account=account, email_address=text))
    assert (f'href="{link}"' in page) == bool(link)
    assert page.count("mailto:") == bool(link)
    assert ("(not a valid e-mail address)" in page) == bool(text and not link)


def test_what_the_contract_does_not_know_is_shown(account, staff):
    customer = CustomerFactory(account=account, extra={"region": "<b>North</b>", "limits": {"credit": 12.5}})
    page = page_of(staff, customer)
    assert "&lt;b&gt;North&lt;/b&gt;" in page
    assert '<dl class="nested"><dt>credit</dt><dd>12.5</dd></dl>' in page


def test_the_history_tells_each_change_with_the_upload_that_made_it(account, receipt, staff):
    receipt([customer_row(customerno="4711", companyname="Rowan", extra1="a")], "customers")
    upload = receipt([customer_row(customerno="4711", companyname="Alder", phoneno="12")], "customers")["id"]
    page = page_of(staff, account.customers.get())
    assert "<dt>Company name</dt>" in page
    assert "<del>Rowan</del>" in page
    assert "<ins>Alder</ins>" in page
    assert page.count(f'href="/admin/uploads/upload/{upload}/change/"') == 2  # the last upload, and the change
    assert "customer number key" not in page.lower()


def test_a_change_by_staff_names_them_and_a_column_of_the_past_itself(customer, staff):
    changes = {"fax_number": ["", "12"]}
    CustomerChange.objects.create(customer=customer, staff_username="ada", changes=changes)
    page = page_of(staff, customer)
    assert "· ada" in page
    assert "<dt>fax_number</dt>" in page
    assert "<del><i>empty</i></del>" in page


def test_the_history_shows_the_newest_fifty_first_and_the_others_when_asked(customer, staff):
    for name in range(51):
        changes = {"company_name": [f"name {name}.", f"name {name + 1}."]}
        CustomerChange.objects.create(customer=customer, upload_id=uuid4(), changes=changes)
    page = page_of(staff, customer)
    assert page.count("<ins>") == 50
    assert page.index("<ins>name 51.</ins>") < page.index("<ins>name 50.</ins>")
    assert "<del>name 0.</del>" not in page
    assert 'href="?all=1#history"' in page
    whole = staff.get(f"{LIST}{customer.pk}/change/", {"all": "1"}).content.decode()
    assert "<del>name 0.</del>" in whole
    assert "First received" in whole


def test_staff_who_may_not_see_invoices_see_the_customer_alone(account, customer):
    owe(account, 7)
    page = page_of(staff_of(account, may=["view_customer"]), customer)
    assert "4711" in page
    assert "Balances" not in page
    assert "$7" not in page
    assert "statement" not in page.lower()
    assert "/admin/uploads/" not in page


def test_nothing_on_the_page_can_be_filled_in_but_what_the_statement_is_asked_for(customer, staff):
    page = page_of(staff, customer)
    assert 'name="company_name"' not in page
    assert 'name="_save"' not in page


def test_the_page_takes_as_many_queries_however_much_there_is(account, customer, staff, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        open_page(staff, customer)
    for number in range(60):
        owe(account, 7, ago(number), currency=f"X{number}")
        CustomerChange.objects.create(customer=customer, staff_username="ada", changes={"phone_number": ["", "1"]})
    with django_assert_num_queries(len(few)):
        open_page(staff, customer)
    table = Invoice._meta.db_table
    assert sum(f'FROM "{table}"' in query["sql"] for query in few) == 2
    assert len(few) == 9
