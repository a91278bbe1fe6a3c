"""A key that a row leaves out keeps what is stored; null clears it; a row that changes nothing is not written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from customers.models import Customer
from receivables.models import Invoice
from tests.factories import customer_row, invoice_row

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)

CLEARABLE = [
    pytest.param("itemText", "item_text", "paid", "", id="text"),
    pytest.param("dueDate", "due_date", date(2026, 1, 31), None, id="date"),
    pytest.param("localAmount", "local_amount", Decimal(7), None, id="amount"),
    pytest.param("billAddr", "billing_address", {"city": "Bonn"}, None, id="JSON"),
]


def sent(value):
    return str(value) if isinstance(value, date) else int(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(("field", "column", "value", "_"), CLEARABLE)
def test_a_key_left_out_keeps_what_is_stored(receipt, field, column, value, _):
    receipt([invoice_row(**{field: sent(value)})])
    assert receipt([invoice_row(status="open")])["updated"] == 1
    assert getattr(Invoice.objects.get(), column) == value


@pytest.mark.parametrize(("field", "column", "value", "cleared"), CLEARABLE)
def test_null_clears_what_is_stored(receipt, field, column, value, cleared):
    receipt([invoice_row(**{field: sent(value)})])
    assert receipt([invoice_row(**{field: None})])["updated"] == 1
    assert getattr(Invoice.objects.get(), column) == cleared


@pytest.mark.parametrize(("field", "column", "value", "cleared"), CLEARABLE)
def test_a_new_row_without_a_key_is_stored_as_one_of_null(receipt, field, column, value, cleared):
    receipt([invoice_row()])
    assert getattr(Invoice.objects.get(), column) == cleared
    assert receipt([invoice_row(**{field: None})])["unchanged"] == 1


@pytest.mark.parametrize("field", ["itemText", "status"])
def test_an_empty_text_clears_as_null_does(receipt, field):
    receipt([invoice_row(**{field: "paid"})])
    receipt([invoice_row(**{field: "  "})])
    assert receipt([invoice_row(**{field: None})])["unchanged"] == 1


def test_null_clears_the_balance_and_its_number(receipt):
    receipt([invoice_row(balanceAmount="12.50")])
    receipt([invoice_row(balanceAmount=None)])
    invoice = Invoice.objects.get()
    assert (invoice.balance_text, invoice.balance_amount, invoice.open_amount) == ("", None, 12112)


def test_a_customers_key_left_out_keeps_what_is_stored(receipt):
    receipt([customer_row(firstname="John", lastname="Doe")], "customers")
    receipt([customer_row(lastname=None)], "customers")
    customer = Customer.objects.get()
    assert (customer.first_name, customer.last_name) == ("John", "")


def test_an_extra_key_left_out_keeps_what_is_stored(receipt):
    receipt([invoice_row(colour="red", shape="round")])
    receipt([invoice_row(colour="blue")])
    assert Invoice.objects.get().extra == {"colour": "blue", "shape": "round"}


def test_extra_keys_stay_where_a_row_brings_none(receipt):
    receipt([invoice_row(colour="red")])
    receipt([invoice_row(status="open")])
    assert Invoice.objects.get().extra == {"colour": "red"}


def test_null_is_kept_as_the_value_of_an_extra_key(receipt):
    receipt([invoice_row(colour="red")])
    receipt([invoice_row(colour=None)])
    assert Invoice.objects.get().extra == {"colour": None}


def test_rows_of_one_array_bring_different_keys(receipt):
    stored = [invoice_row(invoiceNumber=f"{n}", itemText="paid", dueDate="2026-01-31") for n in range(4)]
    receipt(stored)
    changes = [{"itemText": "late"}, {"dueDate": None}, {"itemText": None, "dueDate": "2026-02-01"}, {}]
    told = receipt([invoice_row(invoiceNumber=f"{n}", **change) for n, change in enumerate(changes)])
    assert (told["updated"], told["unchanged"]) == (3, 1)
    assert list(Invoice.objects.order_by("invoice_number").values_list("item_text", "due_date")) == [
        ("late", date(2026, 1, 31)),
        ("paid", None),
        ("", date(2026, 2, 1)),
        ("paid", date(2026, 1, 31)),
    ]


def test_new_rows_of_one_array_bring_different_keys(receipt):
    receipt([invoice_row(invoiceNumber="1", itemText="paid"), invoice_row(invoiceNumber="2", colour="red")])
    assert list(Invoice.objects.order_by("invoice_number").values_list("item_text", "extra")) == [
        ("paid", {}),
        ("", {"colour": "red"}),
    ]


def test_extra_keys_of_other_rows_do_not_touch_a_row_without_any(receipt):
    receipt([invoice_row(invoiceNumber="1", colour="red"), invoice_row(invoiceNumber="2")])
    told = receipt([invoice_row(invoiceNumber="1"), invoice_row(invoiceNumber="2", colour="blue")])
    assert (told["updated"], told["unchanged"]) == (1, 1)


def test_an_unchanged_row_is_not_written(receipt):
    first = receipt([invoice_row(dueDate="2026-01-31", billAddr={"a": 1.10, "b": 2}, colour="red")])
    Invoice.objects.update(updated_at=LONG_AGO)
    told = receipt([invoice_row(dueDate="20260131", billAddr={"b": 2, "a": 1.10}, colour="red")])
    invoice = Invoice.objects.get()
    assert (told["unchanged"], told["updated"]) == (1, 0)
    assert (invoice.updated_at, str(invoice.last_upload_id)) == (LONG_AGO, first["id"])


def test_a_changed_row_is_stamped_with_its_upload(receipt):
    receipt([invoice_row()])
    Invoice.objects.update(updated_at=LONG_AGO, created_at=LONG_AGO)
    told = receipt([invoice_row(invoiceAmount=1)])
    invoice = Invoice.objects.get()
    assert str(invoice.last_upload_id) == told["id"]
    assert invoice.created_at == LONG_AGO < invoice.updated_at


def test_only_the_changed_rows_of_an_array_are_written(receipt):
    first = receipt([invoice_row(invoiceNumber=f"{n}") for n in range(3)])
    second = receipt([invoice_row(invoiceNumber=f"{n}", invoiceAmount=12112 + n % 2) for n in range(3)])
    stamps = list(Invoice.objects.order_by("invoice_number").values_list("last_upload_id", flat=True))
    assert [str(stamp) for stamp in stamps] == [first["id"], second["id"], first["id"]]


def test_an_unchanged_customer_is_not_written(receipt):
    first = receipt([customer_row(firstname="John")], "customers")
    assert receipt([customer_row()], "customers")["unchanged"] == 1
    assert str(Customer.objects.get().last_upload_id) == first["id"]


def test_another_account_with_the_same_identity_keeps_its_row(receipt, other_account):
    receipt([invoice_row(itemText="ours")])
    other_account.invoices.create(customer_number="23123123", invoice_number="21321", invoice_amount=1)
    assert receipt([invoice_row(invoiceAmount=5)])["updated"] == 1
    assert other_account.invoices.get().invoice_amount == 1


def test_the_open_amount_follows_the_kept_balance(receipt):
    receipt([invoice_row(invoiceAmount=100, balanceAmount="40")])
    receipt([invoice_row(invoiceAmount=90)])
    assert Invoice.objects.get().open_amount == 40


def test_the_open_amount_follows_the_invoice_amount_where_no_balance_is_kept(receipt):
    receipt([invoice_row(invoiceAmount=100)])
    receipt([invoice_row(invoiceAmount=90)])
    assert Invoice.objects.get().open_amount == 90


def test_an_indicator_sent_later_signs_the_kept_amount(receipt):
    receipt([invoice_row(invoiceAmount=100, balanceAmount="40")])
    receipt([invoice_row(invoiceAmount=100, debitCreditIndicator="H")])
    assert Invoice.objects.get().open_amount == -40


def test_a_cleared_indicator_hands_the_sign_back_to_the_posting_key(receipt):
    receipt([invoice_row(invoiceAmount=100, debitCreditIndicator="S", postingKey="11")])
    receipt([invoice_row(invoiceAmount=100, debitCreditIndicator=None)])
    assert Invoice.objects.get().open_amount == -100


def test_a_balance_that_became_no_amount_empties_the_open_amount(receipt):
    receipt([invoice_row(balanceAmount="40")])
    receipt([invoice_row(balanceAmount="see note")])
    assert Invoice.objects.get().open_amount is None
