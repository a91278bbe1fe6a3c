"""The aging report: which bucket an item lies in, and what a row adds up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import InvoiceFactory, invoice_row
from tests.receivables.aging import AGING, AS_OF, filled, report, rows

BOUNDS = {
    -400: "not due",
    -1: "not due",
    0: "not due",
    1: "1-30",
    30: "1-30",
    31: "31-60",
    60: "31-60",
    61: "61-90",
    90: "61-90",
    91: "91-120",
    120: "91-120",
    121: "over 120",
    5000: "over 120",
}


def days_before(count, day=AS_OF):
    return str(date.fromisoformat(day) - timedelta(days=count))


@pytest.mark.parametrize(("basis", "field"), [("dueDate", "due_date"), ("invoiceDate", "invoice_date")])
@pytest.mark.parametrize(("age", "label"), BOUNDS.items())
def test_an_item_lies_in_the_bucket_of_its_age(age, label, basis, field, client, account):
    InvoiceFactory(account=account, **{field: days_before(age)})
    [row] = rows(client, dateBasis=basis)
    assert filled(row) == {label: "100"}


@pytest.mark.parametrize(
    ("buckets", "labels"),
    [
        ("30,60,90", ["1-30", "31-60", "61-90", "over 90"]),
        ("7", ["1-7", "over 7"]),
        ("1", ["1", "over 1"]),
        ("1,2,10", ["1", "2", "3-10", "over 10"]),
        ("36500", ["1-36500", "over 36500"]),
        ("007,014", ["1-7", "8-14", "over 14"]),
        (",".join(map(str, range(1, 21))), [*map(str, range(1, 21)), "over 20"]),
    ],
)
def test_buckets_are_those_asked_for_between_what_is_not_due_and_what_has_no_age(buckets, labels, client, account):
    InvoiceFactory(account=account)
    [row] = rows(client, buckets=buckets)
    assert [part["label"] for part in row["buckets"]] == ["not due", *labels, "no due date", "unapplied credits"]


@pytest.mark.parametrize(
    ("age", "label"),
    [(0, "not due"), (1, "1"), (2, "2"), (3, "3-10"), (10, "3-10"), (11, "over 10")],
)
def test_an_item_lies_in_the_bucket_asked_for(age, label, client, account):
    InvoiceFactory(account=account, due_date=days_before(age))
    [row] = rows(client, buckets="1,2,10")
    assert filled(row) == {label: "100"}


@pytest.mark.parametrize(
    ("as_of", "due", "label"),
    [
        ("2024-03-30", "2024-02-29", "1-30"),
        ("2024-03-31", "2024-02-29", "31-60"),
        ("2026-03-30", "2026-02-28", "1-30"),
        ("2026-01-01", "2025-12-31", "1-30"),
        ("0001-01-01", "0001-01-01", "not due"),
        ("0001-01-31", "0001-01-01", "1-30"),
        ("0001-02-01", "0001-01-01", "31-60"),
        ("9999-12-31", "0001-01-01", "over 120"),
        ("0001-01-01", "9999-12-31", "not due"),
    ],
)
def test_days_are_those_of_the_calendar_to_its_ends(as_of, due, label, client, account):
    InvoiceFactory(account=account, due_date=due)
    [row] = rows(client, asOf=as_of)
    assert filled(row) == {label: "100"}


@pytest.mark.parametrize(
    ("basis", "label"), [("dueDate", "no due date"), ("invoiceDate", "no invoice date")], ids=["due", "invoice"]
)
def test_an_item_without_the_date_asked_for_lies_apart(basis, label, client, account):
    InvoiceFactory(account=account)
    [row] = rows(client, dateBasis=basis)
    assert filled(row) == {label: "100"}


@pytest.mark.parametrize("due", [None, days_before(-10), days_before(0), days_before(45)])
def test_a_credit_is_unapplied_whatever_its_date(due, client, receipt):
    receipt([invoice_row(invoiceAmount=30, debitCreditIndicator="H", dueDate=due)])
    [row] = rows(client)
    assert (row["total"], filled(row)) == ("-30", {"unapplied credits": "-30"})


def test_a_credit_lowers_the_total_and_no_other_bucket(client, receipt):
    debit = invoice_row(invoiceAmount=100, dueDate=days_before(45))
    memo = invoice_row(invoiceNumber="memo", invoiceAmount=30, debitCreditIndicator="H", dueDate=days_before(45))
    receipt([debit, memo])
    [row] = rows(client)
    assert (row["total"], row["items"]) == ("70", 2)
    assert filled(row) == {"31-60": "100", "unapplied credits": "-30"}


def test_debits_and_credits_that_make_nothing_are_still_told(client, receipt):
    receipt([invoice_row(invoiceAmount=5), invoice_row(invoiceNumber="2", invoiceAmount=-5)])
    [row] = rows(client)
    assert (row["total"], row["items"]) == ("0", 2)
    assert filled(row) == {"no due date": "5", "unapplied credits": "-5"}


def test_a_row_adds_up_what_is_left_of_its_items(client, receipt):
    balances = ["100", "20", "3"]
    due = [days_before(10), days_before(20), days_before(40)]
    receipt(
        [
            invoice_row(invoiceNumber=f"{n}", balanceAmount=balance, dueDate=day)
            for n, (balance, day) in enumerate(zip(balances, due, strict=True))
        ]
    )
    [row] = rows(client)
    assert (row["total"], row["items"], filled(row)) == ("123", 3, {"1-30": "120", "31-60": "3"})


def test_a_whole_report(client, receipt):
    item = {"customerNumber": "0000004711", "customerName": "Rowan Glass Inc.", "currency": "USD", "invoiceAmount": 7}
    receipt([invoice_row(**item, dueDate=days_before(31))])
    assert report(client, buckets="30,60") == {
        "asOf": AS_OF,
        "groupBy": "customer",
        "dateBasis": "dueDate",
        "next": None,
        "results": [
            {
                "group": "4711",
                "companyCode": "",
                "customerName": "Rowan Glass Inc.",
                "currency": "USD",
                "total": "7",
                "items": 1,
                "itemsWithoutAmount": 0,
                "buckets": [
                    {"label": "not due", "amount": "0"},
                    {"label": "1-30", "amount": "0"},
                    {"label": "31-60", "amount": "7"},
                    {"label": "over 60", "amount": "0"},
                    {"label": "no due date", "amount": "0"},
                    {"label": "unapplied credits", "amount": "0"},
                ],
            }
        ],
    }


def test_a_report_that_is_asked_for_nothing_is_of_today_by_customer_and_due_date(client, account):
    today = datetime.now(UTC).date()
    for age in (-1, 1):
        InvoiceFactory(account=account, due_date=today - timedelta(days=age))
    told = client.get(AGING).json()
    assert date.fromisoformat(told["asOf"]) in (today, today + timedelta(days=1))
    assert (told["groupBy"], told["dateBasis"]) == ("customer", "dueDate")
    assert [filled(row)["1-30"] for row in told["results"]] == ["100"]


def test_a_settled_item_is_not_open(client, receipt):
    receipt([invoice_row(balanceAmount="0"), invoice_row(invoiceNumber="2", balanceAmount="5")])
    [row] = rows(client)
    assert (row["total"], row["items"], row["itemsWithoutAmount"]) == ("5", 1, 0)


def test_a_customer_who_owes_nothing_has_no_row(client, receipt):
    receipt([invoice_row(balanceAmount="0.00")])
    assert report(client)["results"] == []


def test_an_item_without_an_amount_is_counted_apart(client, receipt):
    receipt([invoice_row(balanceAmount="5"), invoice_row(invoiceNumber="2", balanceAmount="see letter")])
    [row] = rows(client)
    assert (row["total"], row["items"], row["itemsWithoutAmount"]) == ("5", 1, 1)


def test_a_customer_with_nothing_but_items_without_an_amount_has_a_row(client, receipt):
    receipt([invoice_row(balanceAmount="see letter", dueDate=days_before(45))])
    [row] = rows(client)
    assert (row["total"], row["items"], row["itemsWithoutAmount"], filled(row)) == ("0", 0, 1, {})


@pytest.mark.parametrize(
    ("places", "owed", "told", "nothing"),
    [
        (0, "12", "12", "0"),
        (2, "12.5", "12.50", "0.00"),
        (2, "12.345", "12.345", "0.00"),
        (4, "-1", "-1.0000", "0.0000"),
    ],
)
def test_amounts_have_the_accounts_places_and_every_one_they_need(places, owed, told, nothing, client, account):
    type(account).objects.update(amount_decimal_places=places)
    InvoiceFactory(account=account, invoice_amount=owed)
    [row] = rows(client)
    assert row["total"] == told
    assert {part["amount"] for part in row["buckets"]} == {told, nothing}


def test_sums_beyond_64_bits_are_exact(client, account):
    InvoiceFactory.create_batch(3, account=account, invoice_amount="9223372036854775806.9999")
    [row] = rows(client)
    assert (row["total"], filled(row)) == ("27670116110564327420.9997", {"no due date": "27670116110564327420.9997"})
