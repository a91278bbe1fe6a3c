"""The statement of account: which items it lists, and what it says of each."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, customer_row
from tests.receivables.statements import AS_OF, address, answer, sections, statement

NOTHING = {"amount": "0", "items": 0, "unreadable": 0}


def listed(section):
    return [item["invoiceNumber"] for item in section["items"]]


def test_a_whole_statement(client, account, receipt):
    receipt([customer_row(customerno="0000004711", cocode="US01", companyname="Rowan Glass Inc.")], "customers")
    item = {"customerNumber": "4711", "companyCode": "US01", "currency": "USD"}
    invoice = item | {
        "invoiceNumber": "90001",
        "accountingDocNumber": "18001",
        "documentType": "RV",
        "reference1": "PO 1",
    }
    memo = item | {
        "invoiceNumber": "90002",
        "invoiceAmount": 30,
        "debitCreditIndicator": "H",
        "invoiceDate": "2026-06-20",
    }
    receipt(
        [
            invoice
            | {"invoiceAmount": 100, "balanceAmount": "70", "invoiceDate": "2026-05-02", "dueDate": "2026-06-01"},
            memo | {"dueDate": "2026-06-20"},
        ]
    )
    customer = account.customers.get()
    told = statement(client, customer, buckets="30", **{"from": "2026-05-01"})
    [first, second] = [account.invoices.get(invoice_number=number).pk for number in ("90001", "90002")]
    assert told == {
        "account": "Acme",
        "customer": {"id": customer.pk, "customerno": "0000004711", "cocode": "US01", "name": "Rowan Glass Inc."},
        "from": "2026-05-01",
        "asOf": AS_OF,
        "dateBasis": "dueDate",
        "currencies": [
            {
                "currency": "USD",
                "opening": NOTHING,
                "items": [
                    {
                        "id": first,
                        "kind": "item",
                        "date": "2026-05-02",
                        "companyCode": "US01",
                        "invoiceNumber": "90001",
                        "accountingDocNumber": "18001",
                        "documentType": "RV",
                        "invoiceDate": "2026-05-02",
                        "dueDate": "2026-06-01",
                        "daysOverdue": 29,
                        "reference1": "PO 1",
                        "amount": "100",
                        "openAmount": "70",
                        "balance": "70",
                    },
                    {
                        "id": second,
                        "kind": "credit",
                        "date": "2026-06-20",
                        "companyCode": "US01",
                        "invoiceNumber": "90002",
                        "accountingDocNumber": "",
                        "documentType": "",
                        "invoiceDate": "2026-06-20",
                        "dueDate": "2026-06-20",
                        "daysOverdue": None,
                        "reference1": "",
                        "amount": "-30",
                        "openAmount": "-30",
                        "balance": "40",
                    },
                ],
                "debits": {"amount": "70", "items": 1, "unreadable": 0},
                "credits": {"amount": "-30", "items": 1, "unreadable": 0},
                "closing": {"amount": "40", "items": 2, "unreadable": 0},
                "later": NOTHING,
                "aging": [
                    {"label": "not due", "amount": "0"},
                    {"label": "1-30", "amount": "70"},
                    {"label": "over 30", "amount": "0"},
                    {"label": "no due date", "amount": "0"},
                    {"label": "unapplied credits", "amount": "-30"},
                ],
            }
        ],
    }


def test_a_customer_who_owes_nothing_has_no_currency(client, account, customer):
    InvoiceFactory(account=account, balance_text="0", balance_amount=0)
    InvoiceFactory(account=account, customer_number="4712")
    told = statement(client, customer)
    assert (told["currencies"], told["from"]) == ([], None)


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({"company_name": "Rowan", "first_name": "Ada"}, "Rowan"),
        ({"first_name": "Ada", "last_name": "Brown"}, "Ada Brown"),
        ({"last_name": "Brown"}, "Brown"),
        ({}, ""),
    ],
    ids=["a company", "a person", "a last name", "nobody"],
)
def test_a_statement_names_the_company_else_the_person(names, name, client, account):
    assert statement(client, CustomerFactory(account=account, **names))["customer"]["name"] == name


def test_a_statement_that_is_asked_for_nothing_is_of_today(client, account, customer):
    today = datetime.now(UTC).date()
    for age in (-2, 0):
        InvoiceFactory(account=account, invoice_date=today - timedelta(days=age), invoice_number=f"{age}")
    told = client.get(address(customer)).json()
    assert date.fromisoformat(told["asOf"]) in (today, today + timedelta(days=1))
    assert [listed(section) for section in told["currencies"]] == [["0"]]


@pytest.mark.parametrize(
    ("day", "place"),
    [
        ("2026-05-31", "opening"),
        ("2026-06-01", "items"),
        ("2026-06-30", "items"),
        ("2026-07-01", "later"),
        (None, "items"),
        ("0001-01-01", "opening"),
        ("9999-12-31", "later"),
    ],
)
def test_an_item_stands_where_its_date_lies(day, place, client, account, customer):
    InvoiceFactory(account=account, invoice_number="9", invoice_date=day)
    [section] = sections(client, customer, **{"from": "2026-06-01"})
    assert (listed(section), section["opening"]["items"], section["later"]["items"]) == (
        ["9"] if place == "items" else [],
        int(place == "opening"),
        int(place == "later"),
    )


def test_without_a_first_day_nothing_is_summed_up_before_it(client, account, customer):
    InvoiceFactory(account=account, invoice_number="9", invoice_date="0001-01-01")
    [section] = sections(client, customer)
    assert (listed(section), section["opening"]) == (["9"], NOTHING)


def test_an_item_is_dated_by_its_invoice_else_its_posting_else_its_issue(client, account, customer):
    dates = {"invoice_date": "2026-06-03", "posting_date": "2026-06-02", "issue_date": "2026-06-01"}
    for number, first in enumerate(range(len(dates)), 1):
        InvoiceFactory(account=account, invoice_number=f"{number}", **dict(list(dates.items())[first:]))
    [section] = sections(client, customer)
    assert [(item["invoiceNumber"], item["date"], item["invoiceDate"]) for item in section["items"]] == [
        ("3", "2026-06-01", None),
        ("2", "2026-06-02", None),
        ("1", "2026-06-03", "2026-06-03"),
    ]


def test_items_follow_by_day_then_id_those_of_no_day_first(client, account, customer):
    for number, day in enumerate(["2026-06-02", None, "2026-06-01", "2026-06-01", None]):
        InvoiceFactory(account=account, invoice_number=f"{number}", invoice_date=day)
    [section] = sections(client, customer)
    assert listed(section) == ["1", "4", "2", "3", "0"]


@pytest.mark.parametrize(
    ("due", "amount", "days"),
    [
        ("2026-06-29", 1, 1),
        ("2026-06-30", 1, 0),
        ("2026-07-01", 1, 0),
        ("0001-01-01", 1, 739796),
        (None, 1, None),
        ("2026-06-01", -1, None),
    ],
)
def test_an_item_is_overdue_since_the_day_after_it_was_due(due, amount, days, client, account, customer):
    InvoiceFactory(account=account, due_date=due, invoice_amount=amount)
    [section] = sections(client, customer)
    assert [item["daysOverdue"] for item in section["items"]] == [days]


def test_items_are_those_of_the_customers_number_and_company_code(client, account):
    customer = CustomerFactory(account=account, customer_number="0000004711", company_code="US01")
    for number, code in [("4711", "US01"), ("004711", ""), ("4711", "DE01"), ("4712", "US01")]:
        InvoiceFactory(account=account, customer_number=number, company_code=code, invoice_number=f"{number} {code}")
    [section] = sections(client, customer)
    assert listed(section) == ["4711 US01", "004711 "]


def test_a_customer_of_another_account_is_not_found(client, db):
    theirs = CustomerFactory(account=AccountFactory())
    InvoiceFactory(account=theirs.account, customer_number=theirs.customer_number)
    for form in ("json", "csv", "pdf"):
        response = client.get(address(theirs), {"format": form})
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_another_accounts_items_of_the_same_number_are_in_no_statement(client, account, customer):
    InvoiceFactory(account=AccountFactory(), customer_number="4711")
    assert sections(client, customer) == []


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_queries_are_no_more_for_many_items_than_for_one(form, account, customer, django_assert_num_queries):
    client = client_of(account)
    b"".join(answer(client, customer, format=form))  # notes that the key was used
    for count in (1, 50):
        InvoiceFactory.create_batch(count, account=account, invoice_date="2026-01-01")
        # Four, those around a transaction, and those that give a file its slot.
        with django_assert_num_queries(6 if form == "json" else 9):
            b"".join(answer(client, customer, format=form))


def test_a_statement_that_has_not_changed_is_not_sent_again(client, account, customer):
    InvoiceFactory(account=account)
    for form in ("json", "pdf"):
        tag = answer(client, customer, format=form)["ETag"]
        again = client.get(
            address(customer), {"asOf": AS_OF, "knownAt": "now", "format": form}, headers={"If-None-Match": tag}
        )
        assert again.status_code == 304
