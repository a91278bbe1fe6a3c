"""The statement of account: what it adds up."""

import pytest

from tests.factories import InvoiceFactory
from tests.receivables.statements import sections

NOTHING = {"amount": "0", "items": 0, "unreadable": 0}


def filled(section):
    """Return the buckets that hold anything, by label."""
    return {part["label"]: part["amount"] for part in section["aging"] if part["amount"] != "0"}


def test_the_balance_goes_on_from_the_opening_one(client, account, customer):
    for day, amount in [
        ("2026-05-01", 7),
        ("2026-05-02", -2),
        ("2026-06-01", 10),
        ("2026-06-02", -20),
        ("2026-08-01", 3),
    ]:
        InvoiceFactory(account=account, invoice_date=day, invoice_amount=amount)
    [section] = sections(client, customer, **{"from": "2026-06-01"})
    assert [(item["kind"], item["openAmount"], item["balance"]) for item in section["items"]] == [
        ("item", "10", "15"),
        ("credit", "-20", "-5"),
    ]
    assert [section[name]["amount"] for name in ("opening", "debits", "credits", "closing", "later")] == [
        "5",
        "10",
        "-20",
        "-5",
        "3",
    ]


def test_currencies_are_never_added(client, account, customer):
    for currency, amount in [("USD", 1), ("", 2), ("EUR", 4), ("USD", 8)]:
        InvoiceFactory(account=account, currency=currency, invoice_amount=amount)
    told = [(section["currency"], section["closing"]["amount"]) for section in sections(client, customer)]
    assert told == [("", "2"), ("EUR", "4"), ("USD", "9")]


def test_a_currency_whose_items_are_all_later_is_told(client, account, customer):
    InvoiceFactory(account=account, currency="EUR", invoice_date="2026-07-01")
    [section] = sections(client, customer)
    assert (section["currency"], section["items"], section["closing"]) == ("EUR", [], NOTHING)
    assert section["later"] == {"amount": "100", "items": 1, "unreadable": 0}


def test_an_item_whose_balance_is_no_amount_is_listed_and_counted_and_in_no_sum(client, account, customer):
    for day in ("2026-05-01", "2026-06-01", "2026-07-01"):
        InvoiceFactory(account=account, invoice_date=day, due_date="2026-06-20", balance_text="see letter")
    InvoiceFactory(account=account, invoice_date="2026-05-31", invoice_amount=5)
    [section] = sections(client, customer, **{"from": "2026-06-01"})
    [item] = section["items"]
    assert (item["kind"], item["amount"], item["openAmount"], item["balance"]) == ("item", "100", None, "5")
    assert item["daysOverdue"] == 10
    assert section["opening"] == {"amount": "5", "items": 1, "unreadable": 1}
    assert section["debits"] == section["later"] == {"amount": "0", "items": 0, "unreadable": 1}
    assert section["closing"] == {"amount": "5", "items": 1, "unreadable": 2}
    assert filled(section) == {"no due date": "5"}


def test_ages_count_what_closing_counts_by_the_date_and_the_buckets_asked_for(client, account, customer):
    for day, amount in [("2026-01-01", 1), ("2026-06-20", 2), ("2026-06-29", 4), ("2026-07-05", 8), (None, 16)]:
        InvoiceFactory(account=account, invoice_date=day, due_date="2026-06-30", invoice_amount=amount)
    asked = {"from": "2026-06-25", "buckets": "7,14"}
    [by_due_date] = sections(client, customer, **asked)
    [by_invoice_date] = sections(client, customer, dateBasis="invoiceDate", **asked)
    assert filled(by_due_date) == {"not due": "23"}
    assert filled(by_invoice_date) == {"1-7": "4", "8-14": "2", "over 14": "1", "no invoice date": "16"}


@pytest.mark.parametrize(
    ("places", "owed", "told", "nothing"),
    [(0, "12", "12", "0"), (2, "12.5", "12.50", "0.00"), (2, "0.345", "0.345", "0.00")],
)
def test_amounts_have_the_accounts_places_and_every_one_they_need(
    places, owed, told, nothing, client, account, customer
):
    type(account).objects.update(amount_decimal_places=places)
    InvoiceFactory(account=account, invoice_amount=owed)
    [section] = sections(client, customer)
    assert (section["items"][0]["balance"], section["closing"]["amount"]) == (told, told)
    assert (section["opening"]["amount"], section["later"]["amount"]) == (nothing, nothing)


def test_sums_beyond_64_bits_are_exact(client, account, customer):
    InvoiceFactory.create_batch(3, account=account, invoice_amount="9223372036854775806.9999")
    [section] = sections(client, customer)
    assert section["closing"]["amount"] == section["items"][-1]["balance"] == "27670116110564327420.9997"


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"invoice_amount": 100, "debit_credit_indicator": "H"}, "-100"),
        ({"invoice_amount": -100, "debit_credit_indicator": "s"}, "-100"),
        ({"invoice_amount": 100, "debit_credit_indicator": "Cr."}, "-100"),
        ({"invoice_amount": 100, "posting_key": "11"}, "-100"),
        ({"invoice_amount": -100, "posting_key": "01"}, "-100"),
        ({"invoice_amount": 100, "posting_key": "011.0"}, "-100"),
        ({"invoice_amount": -100}, "-100"),
        ({"invoice_amount": 100, "balance_text": "30-", "balance_amount": -30}, "100"),
    ],
    ids=str,
)
def test_an_invoice_amount_is_signed_as_an_open_amount_is(values, amount, client, account, customer):
    InvoiceFactory(account=account, **values)
    [section] = sections(client, customer)
    assert [item["amount"] for item in section["items"]] == [amount]
