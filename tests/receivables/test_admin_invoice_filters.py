"""The filters of the admin's list of invoices: what each finds, and what a bad value is answered with."""

from datetime import timedelta
from uuid import uuid4

import pytest

from receivables.models import Invoice, today
from receivables.models.notes_and_tags import InvoiceTag, Tag
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory
from tests.receivables.admin_pages import LIST, collector, listed, told

YESTERDAY, TOMORROW = today() - timedelta(days=1), today() + timedelta(days=1)


@pytest.fixture
def ledger(account):
    """Items that differ in what filters look at, each named after it."""
    CustomerFactory(account=account, customer_number="0000004711", company_name="Laurel Bearings")

    def item(name, **values):
        defaults = {"customer_number": "4711", "currency": "EUR", "due_date": TOMORROW, "company_code": "DE01"}
        return InvoiceFactory(account=account, invoice_number=name, **defaults | values)

    item("plain")
    item("late", due_date=YESTERDAY, company_code="US01", status="Open", document_type="RV")
    item("ancient", due_date=today() - timedelta(days=91), invoice_amount=5000)
    item("settled", due_date=YESTERDAY, balance_text="0", balance_amount=0)
    item("undated", due_date=None)
    item("stranger", customer_number="9999")
    item("odd", balance_text="abc", balance_amount=None)
    item("coins", currency="XXQ")
    item("credit", debit_credit_indicator="H", due_date=YESTERDAY)


EVERYTHING = ["ancient", "late", "settled", "credit", "plain", "stranger", "odd", "coins", "undated"]
FOUND = [
    ({}, EVERYTHING),
    ({"due": "overdue"}, ["ancient", "late"]),
    ({"due": "not_due"}, ["plain", "stranger", "odd", "coins"]),
    ({"due": "settled"}, ["settled"]),
    ({"due": "open"}, [name for name in EVERYTHING if name != "settled"]),
    ({"bucket": "0"}, ["plain", "stranger", "coins"]),
    ({"bucket": "1"}, ["late"]),
    ({"bucket": "4"}, ["ancient"]),
    ({"bucket": "5"}, ["undated"]),
    ({"bucket": "6"}, ["credit"]),
    ({"quality": "no_due_date"}, ["undated"]),
    ({"quality": "unknown_customer"}, ["stranger"]),
    ({"quality": "no_amount"}, ["odd"]),
    ({"quality": "unknown_currency"}, ["coins"]),
    ({"currency": "XXQ"}, ["coins"]),
    ({"currency": "xxq"}, ["coins"]),
    ({"company_code": "US01"}, ["late"]),
    ({"status": "open"}, ["late"]),
    ({"document_type": "RV"}, ["late"]),
    ({"customer": "9999"}, ["stranger"]),
    ({"customer": "00009999"}, ["stranger"]),
    ({"due_from": str(YESTERDAY), "due_to": str(YESTERDAY)}, ["late", "settled", "credit"]),
    ({"open_from": "100.01"}, ["ancient"]),
    ({"open_to": "-1"}, ["credit"]),
    ({"due": "overdue", "company_code": "US01"}, ["late"]),
    ({"bucket": ""}, EVERYTHING),
]


def named(asked):
    return "&".join(f"{name}={value}" for name, value in asked.items()) if isinstance(asked, dict) else ""


@pytest.mark.parametrize(("asked", "found"), FOUND, ids=named)
@pytest.mark.usefixtures("ledger")
def test_a_filter_finds(asked, found, browser):
    if "" in asked.values():
        assert browser.get(LIST, asked).url == f"{LIST}?"
        return
    assert listed(browser, **asked) == found


BAD = [
    ("bucket", "7"),
    ("bucket", "x"),
    ("due", "sometimes"),
    ("quality", "1"),
    ("due_from", "yesterday"),
    ("due_to", "2026-02-30"),
    ("posted_from", "9999999-01-01"),
    ("open_from", "much"),
    ("open_to", "9" * 60),
    ("open_from", "NaN"),
    ("updated_since", "last week"),
    ("upload", "17"),
    ("tag", "unknown"),
    ("customer", "1" * 65),
]


@pytest.mark.parametrize(("name", "value"), BAD)
@pytest.mark.usefixtures("ledger")
def test_a_value_that_a_filter_cannot_read_finds_nothing_and_is_told(name, value, browser):
    assert listed(browser, **{name: value}) == []
    [message] = told(browser, **{name: value})
    assert ": " in message


@pytest.mark.parametrize("value", ["17", "abc", "-1", "999999999999999999999"])
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.usefixtures("ledger")
def test_an_account_that_is_not_ones_own_finds_nothing_and_is_told(value, others, account):
    browser = collector(account, *AccountFactory.create_batch(others))
    assert listed(browser, account__id__exact=value) == []
    assert told(browser, account__id__exact=value) == ["There is no such account, or you may not see it."]


@pytest.mark.parametrize("address", [LIST, f"{LIST}export/csv/"])
def test_an_unknown_filter_leads_to_the_list_without_it(address, browser):
    response = browser.get(address, {"due": "open", "foo": "bar"})
    page = response.content.decode()
    assert response.status_code == 400
    assert "This list has no filter “foo”." in page
    assert "<code>due_from</code>" in page
    assert f'href="{LIST}?due=open"' in page


def test_rows_are_found_by_the_upload_that_changed_them_last(account, browser):
    upload = uuid4()
    InvoiceFactory(account=account, invoice_number="its", last_upload_id=upload)
    InvoiceFactory(account=account, last_upload_id=uuid4())
    assert listed(browser, upload=str(upload)) == ["its"]


def test_yesterday_is_a_day_that_changes_are_found_since(account, browser):
    InvoiceFactory(account=account, invoice_number="old")
    Invoice.objects.update(updated_at="2020-01-01T00:00Z")
    InvoiceFactory(account=account, invoice_number="new")
    assert listed(browser, updated_since="yesterday") == ["new"]
    assert sorted(listed(browser, updated_since="2019-12-31")) == ["new", "old"]


def test_a_tag_finds_what_it_is_on_in_ones_own_accounts_alone(account, browser):
    for owner, number in ((account, "own"), (AccountFactory(), "foreign")):
        tag = Tag.objects.create(account=owner, name="VIP")
        invoice = InvoiceFactory(account=owner, invoice_number=number)
        InvoiceTag.objects.create(invoice=invoice, tag=tag, author_username="x")
    assert listed(browser, tag="VIP") == ["own"]


def test_a_foreign_tag_is_no_choice(account, browser):
    Tag.objects.create(account=AccountFactory(), name="Secret")
    assert b"Secret" not in browser.get(LIST).content


def test_filters_in_use_are_named_each_with_the_way_to_take_it_away(ledger, browser):
    page = browser.get(LIST, {"bucket": "4", "currency": "EUR"}).content.decode()
    assert "<b>Age</b> over 90 days" in page
    assert 'href="?bucket=4" aria-label="Remove the filter Currency"' in page


SEARCHES = [
    ("0000004711", "a"),
    ("4711", "a"),
    ("18000", "a"),
    ("laurel", "a"),
    ("PO-770", "a"),
    ("77", "b"),
    ("zzz", ""),
]


@pytest.mark.parametrize(("search", "found"), SEARCHES)
def test_the_search_finds_numbers_names_and_references(search, found, account, browser):
    values = {"customer_number": "0000004711", "accounting_doc_number": "0018000123", "reference1": "PO-770"}
    InvoiceFactory(account=account, invoice_number="a", customer_name="Laurel Bearings", **values)
    InvoiceFactory(account=account, invoice_number="b", customer_number="0077")
    assert listed(browser, q=search) == list(found)


@pytest.mark.parametrize("search", ["'", "\\", "a & b | !c", "((((", "x" * 201, "日本", ":*", "%", "-"])
def test_a_search_for_anything_is_answered(search, account, browser):
    InvoiceFactory(account=account)
    assert listed(browser, q=search) == []
