"""The page of an invoice in the admin: its addresses, its warnings, its history."""

import pytest
from django.contrib.contenttypes.models import ContentType

from receivables.models import Invoice, today
from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, invoice_row
from tests.receivables.admin_pages import page_of


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
        "The balance “many” is not an amount, so the open amount is not known.",
        "The due date is missing, so the invoice never becomes overdue.",
        "“XXQ” is not a currency of ISO 4217.",
        "No customer with the number 4711 was sent for this company code.",
        "These fields are not part of the contract: dunning. They are stored and shown below.",
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
    assert (rejected.kind, str(rejected.title)) == ("rejected", "Row 1 was rejected")
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
    with django_assert_num_queries(14):
        page = browser.get(page_of(invoice))
    assert page.context["timeline"].has_more == (changes == 60)


def test_a_long_history_can_be_seen_whole(account, browser):
    invoice = InvoiceFactory(account=account)
    for amount in range(60):
        invoice.changes.create(staff_username="ada", changes={"invoice_amount": [amount, amount + 1]})
    assert len(browser.get(page_of(invoice)).context["timeline"].entries) == 50
    assert len(browser.get(page_of(invoice), {"all": "1"}).context["timeline"].entries) == 61
