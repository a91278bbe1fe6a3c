"""The admin's list of invoices and the page of one."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from openpyxl import load_workbook

from apiauth.admin.pages import BoundedPaginator
from receivables.models import Invoice, today
from receivables.remarks import InvoiceTag, Tag
from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, invoice_row
from tests.receivables.admin_pages import LIST, collector, listed, page_of
from tests.receivables.workbooks import opened


@pytest.fixture
def browser(account):
    return collector(account)


def rows_of_file(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_a_row_says_what_is_owed_since_when_and_by_whom(account, browser):
    customer = CustomerFactory(account=account, customer_number="0000004711")
    due = today() - timedelta(days=40)
    InvoiceFactory(account=account, currency="EUR", invoice_amount=1234, due_date=due, customer_name="Laurel & Sons")
    page = browser.get(LIST).content.decode()
    assert "€1,234.00" in page
    assert "31–60 days" in page
    assert '<span class="money">40</span>' in page
    assert "Laurel &amp; Sons" in page
    assert f'href="/admin/customers/customer/{customer.pk}/change/"' in page


def test_a_row_names_its_account_to_staff_of_several_alone(account, browser):
    InvoiceFactory(account=account)
    assert b'<span class="second-line" title="Acme">' not in browser.get(LIST).content
    assert b'<span class="second-line" title="Acme">' in collector(account, AccountFactory()).get(LIST).content


def test_a_row_shows_its_tags(account, browser):
    tag = Tag.objects.create(account=account, name="<VIP>")
    InvoiceTag.objects.create(invoice=InvoiceFactory(account=account), tag=tag, author_username="x")
    assert "#&lt;VIP&gt;" in browser.get(LIST).content.decode()


@pytest.mark.parametrize("rows", [3, 40])
def test_a_list_asks_the_same_queries_for_many_rows_as_for_few(rows, account, browser, django_assert_num_queries):
    CustomerFactory(account=account, customer_number="4711")
    tag = Tag.objects.create(account=account, name="VIP")
    for invoice in InvoiceFactory.create_batch(rows, account=account):
        InvoiceTag.objects.create(invoice=invoice, tag=tag, author_username="x")
    with django_assert_num_queries(12):  # five of them to know who asks
        browser.get(LIST)


@pytest.fixture
def _few_pages(monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "MOST", 60)


@pytest.mark.usefixtures("_few_pages")
def test_a_list_that_is_too_long_to_count_says_so(account, browser):
    InvoiceFactory.create_batch(61, account=account)
    assert "more than 60 invoices" in browser.get(LIST).content.decode()


@pytest.mark.usefixtures("_few_pages")
def test_a_list_just_short_enough_says_how_many(account, browser):
    InvoiceFactory.create_batch(60, account=account)
    page = browser.get(LIST).content.decode()
    assert "60\n" in page
    assert "more than" not in page


@pytest.mark.usefixtures("_few_pages")
@pytest.mark.parametrize("order", ["", "0", "-0", "1", "-1", "3", "-3", "5", "-5"])
def test_pages_of_several_accounts_are_in_one_order(order, account):
    other = AccountFactory()
    for place in range(80):
        owner = account if place % 3 else other
        values = {"customer_number": f"{place * 7 % 11}", "due_date": today() + timedelta(days=place * 5 % 9)}
        InvoiceFactory(
            account=owner, invoice_number=f"{place * 13 % 80:03}", invoice_amount=place * 3 % 7 + 1, **values
        )
    browser = collector(account, other)
    pages = [browser.get(LIST, {"o": order, "p": page} if order else {"p": page}).context["cl"] for page in (1, 2)]
    shown = [invoice.pk for page in pages for invoice in page.result_list]
    assert shown == list(pages[0].queryset.values_list("pk", flat=True)[:60])


def test_a_page_beyond_the_last_is_the_last(account, browser):
    InvoiceFactory(account=account, invoice_number="only")
    assert listed(browser, p="99") == ["only"]


def test_an_empty_list_says_where_rows_come_from(browser):
    assert "They come with the first upload." in browser.get(LIST).content.decode()


def test_a_file_has_every_row_of_the_list_as_it_is_filtered(account, browser):
    InvoiceFactory.create_batch(60, account=account, currency="EUR")
    InvoiceFactory(account=account, currency="USD")
    InvoiceFactory(account=AccountFactory(), currency="EUR")
    rows = rows_of_file(browser.get(f"{LIST}export/csv/", {"currency": "EUR"}))
    assert (len(rows), {row["currency"] for row in rows}) == (60, {"EUR"})


def test_a_file_is_in_the_order_of_the_list(account, browser):
    for amount in (5, 7, 6):
        InvoiceFactory(account=account, invoice_amount=amount)
    rows = rows_of_file(browser.get(f"{LIST}export/csv/", {"o": "-5"}))
    assert [row["openAmount"] for row in rows] == ["7", "6", "5"]


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_list_can_be_had_as_any_kind_of_file(kind, account, browser):
    InvoiceFactory(account=account)
    response = browser.get(f"{LIST}export/{kind}/")
    assert response["Content-Disposition"] == f'attachment; filename="invoices.{kind}"'
    assert len(b"".join(response.streaming_content)) > 100


NOTHING = {"a day that is none": {"due_from": "2026-13-45"}, "an account of others": {"account__id__exact": "0"}}


@pytest.mark.parametrize("asked", NOTHING.values(), ids=NOTHING)
def test_a_list_that_can_hold_nothing_is_a_file_of_no_rows(asked, account, browser):
    InvoiceFactory(account=account)
    table, lines, workbook = (
        b"".join(browser.get(f"{LIST}export/{kind}/", asked).streaming_content) for kind in ("csv", "ndjson", "xlsx")
    )
    assert (table.count(b"\n"), lines, load_workbook(io.BytesIO(workbook)).active.max_row) == (1, b"", 1)


@pytest.fixture
def of_two_accounts(account):
    """The browser of a member of staff of two accounts, each of which has the invoice of the same number."""
    other = AccountFactory(name="=Another")
    for owner in (account, other):
        InvoiceFactory(account=owner, invoice_number="1")
    return collector(account, other)


def cells_of(response):
    """Return the first two columns of a file of any kind, its heading first."""
    content = b"".join(response.streaming_content)
    match response["Content-Type"].partition(";")[0]:
        case "text/csv":
            return [line[:2] for line in csv.reader(io.StringIO(content.decode()))]
        case "application/x-ndjson":
            rows = [json.loads(line) for line in content.splitlines()]
            return [list(rows[0])[:2], *(list(row.values())[:2] for row in rows)]
    return [[cell.value for cell in row[:2]] for row in opened([content]).active.iter_rows()]


@pytest.mark.parametrize(("kind", "foreign"), [("csv", "'=Another"), ("ndjson", "=Another"), ("xlsx", "=Another")])
def test_in_a_file_of_several_accounts_each_row_begins_with_its_account(kind, foreign, account, of_two_accounts):
    heading, *rows = cells_of(of_two_accounts.get(f"{LIST}export/{kind}/"))
    assert heading == ["account", "id"]
    assert sorted(name for name, _ in rows) == sorted([account.name, foreign])


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_file_of_one_account_does_not_name_it(kind, account, of_two_accounts):
    heading, *rows = cells_of(of_two_accounts.get(f"{LIST}export/{kind}/?account__id__exact={account.pk}"))
    assert (heading[0], len(rows)) == ("id", 1)


def test_an_unknown_kind_of_file_is_not_found(browser):
    assert browser.get(f"{LIST}export/pdf/").status_code == 404


@pytest.mark.parametrize("address", ["export/csv/", "customers/?term=abc"])
def test_files_and_suggestions_need_the_permission_to_see_invoices(address, account):
    assert collector(account, permissions=["view_customer"]).get(LIST + address).status_code == 403


def test_suggestions_need_the_permission_to_see_customers_too(account):
    assert collector(account, permissions=["view_invoice"]).get(f"{LIST}customers/?term=abc").status_code == 403


def test_suggestions_are_customers_of_ones_own_accounts(account, browser):
    CustomerFactory(account=account, customer_number="0000004711", company_name="Laurel Bearings")
    CustomerFactory(customer_number="0000004712", company_name="Laurel Foreign")
    found = browser.get(f"{LIST}customers/", {"term": "laur"}).json()["results"]
    assert found == [{"number": "0000004711", "name": "Laurel Bearings"}]


def test_a_page_shows_addresses_as_they_stand_on_an_envelope(account, browser):
    address = {"city": "Leeds", "name": "Laurel Ltd", "zip": "LS1", "street": "Mill Lane", "<odd>": {"a": [1, None]}}
    page = browser.get(page_of(InvoiceFactory(account=account, billing_address=address))).content.decode()
    lines = "<address><span>Laurel Ltd</span><span>Mill Lane</span><span>LS1 Leeds</span></address>"
    assert lines in page
    assert '<dl class="nested"><dt>&lt;odd&gt;</dt><dd><dl class="nested"><dt>a</dt>' in page


ODD_ADDRESSES = ["one\ntwo", 17, [], [[]], {"name": {"first": "A"}}, {"city": True}, {"name": None}, {"": ""}]


@pytest.mark.parametrize("address", ODD_ADDRESSES, ids=str)
def test_a_page_shows_an_address_of_any_shape(address, account, browser):
    assert browser.get(page_of(InvoiceFactory(account=account, billing_address=address))).status_code == 200


def test_a_page_warns_of_what_is_odd_about_the_row(account, browser):
    odd = {"balance_text": "many", "currency": "XXQ", "extra": {"dunning": 2}}
    page = browser.get(page_of(InvoiceFactory(account=account, **odd)))
    assert page.context["warnings"] == [
        "The balance “many” is no amount: what is open is not known.",
        "There is no due date: it grows no older in any report.",
        "“XXQ” is no currency of ISO 4217.",
        "No customer of number 4711 was sent for its company code.",
        "The contract does not know these fields: dunning. They are kept below.",
    ]


def test_a_page_of_a_sound_row_warns_of_nothing(account, browser):
    CustomerFactory(account=account, customer_number="04711")
    invoice = InvoiceFactory(account=account, currency="EUR", due_date=today())
    assert browser.get(page_of(invoice)).context["warnings"] == []


@pytest.fixture
def feed(account):
    sender = client_of(account)
    return lambda row, **headers: sender.post("/jsonApi/upload/invoices", [row], format="json", headers=headers)


def test_the_history_says_what_each_upload_changed_newest_first(feed, browser):
    feed(invoice_row(invoiceAmount=500, currency="EUR"))
    feed(invoice_row(invoiceAmount=500, currency="EUR", balanceAmount="200"))
    feed(invoice_row(invoiceAmount=500, currency="USD", dueDate="2026-01-31"))
    entries = browser.get(page_of(Invoice.objects.get())).context["timeline"].entries
    assert [entry.kind for entry in entries] == ["changed", "changed", "created"]
    assert {str(name): (before, str(after)) for name, before, after in entries[1].fields} == {
        "Balance as sent": (None, "200"),
        "Balance": (None, "€200.00"),
    }
    assert str(entries[0].upload_id) in browser.get(page_of(Invoice.objects.get())).content.decode()


def test_the_history_says_which_rows_of_the_invoice_were_not_taken(feed, browser):
    feed(invoice_row(customerNumber="0023123123"))
    feed(invoice_row(invoiceAmount="many"))
    feed(invoice_row(invoiceAmount="many", customerNumber="999"))
    [rejected, _created] = browser.get(page_of(Invoice.objects.get())).context["timeline"].entries
    assert (rejected.kind, str(rejected.title)) == ("rejected", "Row 1 was not taken")
    assert "invoiceAmount" in rejected.errors[0]


def test_a_row_of_another_account_that_was_not_taken_is_not_told_of(feed, browser):
    feed(invoice_row())
    client_of(AccountFactory()).post("/jsonApi/upload/invoices", [invoice_row(invoiceAmount="many")], format="json")
    assert [e.kind for e in browser.get(page_of(Invoice.objects.get())).context["timeline"].entries] == ["created"]


@pytest.mark.parametrize("changes", [2, 60])
def test_a_page_asks_the_same_queries_for_a_long_history_as_for_a_short(
    changes, account, browser, django_assert_num_queries
):
    invoice = InvoiceFactory(account=account)
    for amount in range(changes):
        invoice.changes.create(staff_username="ada", changes={"invoice_amount": [amount, amount + 1]})
    ContentType.objects.get_for_model(Invoice)  # which is asked for once, and kept
    with django_assert_num_queries(13):
        page = browser.get(page_of(invoice))
    assert page.context["timeline"].has_more == (changes == 60)


def test_a_long_history_can_be_seen_whole(account, browser):
    invoice = InvoiceFactory(account=account)
    for amount in range(60):
        invoice.changes.create(staff_username="ada", changes={"invoice_amount": [amount, amount + 1]})
    assert len(browser.get(page_of(invoice)).context["timeline"].entries) == 50
    assert len(browser.get(page_of(invoice), {"all": "1"}).context["timeline"].entries) == 61
