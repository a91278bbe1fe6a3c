"""The statement of account: which items it lists, and what it adds up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, customer_row
from tests.receivables.statements import AS_OF, address, answer, sections, statement

NOTHING = {"amount": "0", "items": 0, "unreadable": 0}


@pytest.fixture
def customer(account):
    return CustomerFactory(account=account, customer_number="4711")


def listed(section):
    return [item["invoiceNumber"] for item in section["items"]]


def filled(section):
    """Return the buckets that hold anything, by label."""
    return {part["label"]: part["amount"] for part in section["aging"] if part["amount"] != "0"}


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


def test_ages_count_what_closing_counts_by_the_date_and_the_buckets_asked_for(client, account, customer):
    for day, amount in [("2026-01-01", 1), ("2026-06-20", 2), ("2026-06-29", 4), ("2026-07-05", 8), (None, 16)]:
        InvoiceFactory(account=account, invoice_date=day, due_date="2026-06-30", invoice_amount=amount)
    asked = {"from": "2026-06-25", "buckets": "7,14"}
    [by_due_date] = sections(client, customer, **asked)
    [by_invoice_date] = sections(client, customer, dateBasis="invoiceDate", **asked)
    assert filled(by_due_date) == {"not due": "23"}
    assert filled(by_invoice_date) == {"1-7": "4", "8-14": "2", "over 14": "1", "no invoice date": "16"}


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"invoice_amount": 100, "debit_credit_indicator": "H"}, "-100"),
        ({"invoice_amount": -100, "debit_credit_indicator": "s"}, "100"),
        ({"invoice_amount": 100, "posting_key": "11"}, "-100"),
        ({"invoice_amount": -100, "posting_key": "01"}, "100"),
        ({"invoice_amount": -100}, "-100"),
        ({"invoice_amount": 100, "balance_text": "30-", "balance_amount": -30}, "100"),
    ],
    ids=str,
)
def test_an_invoice_amount_is_signed_as_an_open_amount_is(values, amount, client, account, customer):
    InvoiceFactory(account=account, **values)
    [section] = sections(client, customer)
    assert [item["amount"] for item in section["items"]] == [amount]


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
    for count in (1, 50):
        InvoiceFactory.create_batch(count, account=account, invoice_date="2026-01-01")
        with django_assert_num_queries(4 if count == 1 else 3):  # the first notes that the key was used
            b"".join(answer(client, customer, format=form))


def test_a_statement_that_has_not_changed_is_not_sent_again(client, account, customer):
    InvoiceFactory(account=account)
    for form in ("json", "pdf"):
        tag = answer(client, customer, format=form)["ETag"]
        again = client.get(address(customer), {"asOf": AS_OF, "format": form}, headers={"If-None-Match": tag})
        assert again.status_code == 304
