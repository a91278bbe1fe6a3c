"""A wrong file among the nights of a ledger, taken back to the cent; what came after it stays and is named."""

from collections import Counter
from decimal import Decimal

import pytest

from receivables.models import Invoice
from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.uploads.undoing.rows import counts, state, taken_back

ROWS, WRONG, NEW = 2000, 700, 30
KINDS = ({"balanceAmount": "12.34"}, {"debitCreditIndicator": "H"}, {"balanceAmount": "see letter"}, {})


@pytest.fixture
def client(db):
    account = AccountFactory(name="Ledger", amount_decimal_places=2)
    return client_of(account, scopes=["read", "upload", "confirm"])


def row(number, **values):
    """Return an item of one of two companies: padded or not; owed, credited, partly paid, or of no amount."""
    code = ("U001", "CA02")[number % 2]
    return (
        {
            "companyCode": code,
            "customerNumber": f"{number % 50:0{4 + number % 3 * 3}}",
            "invoiceNumber": f"{1930000000 + number}",
            "invoiceAmount": float(Decimal(number * 7919 % 1_000_000) / 100),
            "currency": {"U001": "USD", "CA02": "CAD"}[code],
            "dueDate": f"2026-{number % 12 + 1:02}-28",
        }
        | KINDS[number % len(KINDS)]
        | values
    )


def sent(client, rows, query=""):
    response = client.post(f"/jsonApi/upload/invoices{query}", rows, format="json")
    assert response.status_code in (200, 207), response.content
    return response.json()


def open_sums(client):
    report = client.get("/jsonApi/reports/aging?groupBy=companyCode").json()["results"]
    return {(row["group"], row["currency"]): (row["total"], row["itemsWithoutAmount"]) for row in report}


def test_wrong_currency_and_new_items_are_gone_to_the_cent(client):
    sent(client, [row(number) for number in range(ROWS)])
    before, owed = state(), open_sums(client)
    wrong = sent(client, [row(number, currency="JPY") for number in [*range(WRONG), *range(ROWS, ROWS + NEW)]])
    assert (wrong["updated"], wrong["created"]) == (WRONG, NEW)
    assert open_sums(client) != owed
    undo = taken_back(client, wrong["url"])
    assert counts(undo) == {"reverted": WRONG, "withdrawn": NEW}
    assert (open_sums(client), state()[:ROWS]) == (owed, before)
    changes = {(total["companyCode"], total["currency"]): total for total in undo["totals"]}
    assert {group[1] for group in changes} == {"USD", "CAD", "JPY"}
    assert {total["openAfter"] for group, total in changes.items() if group[1] == "JPY"} == {"0.00"}


def test_rows_changed_or_contained_since_are_left_and_named(client):
    sent(client, [row(number) for number in range(300)])
    older = sent(client, [row(number, dueDate="2027-01-31") for number in range(100)])
    changed = sent(client, [row(number, dueDate="2027-02-28") for number in range(10)])
    load = sent(
        client, [row(number, dueDate="2027-01-31") for number in range(10, 30)], "?snapshot=true&companyCodes=ZZ"
    )
    undo = taken_back(client, older["url"])
    assert counts(undo) == {"reverted": 70, "kept": 30}
    rows = client.get(f"{undo['url']}/kept?pageSize=1000").json()["results"]
    named = Counter((each["reason"], each["upload"]["id"]) for each in rows)
    assert named == {("changed", changed["id"]): 10, ("contained", load["id"]): 20}
    left = {each["identity"]["invoiceNumber"] for each in rows}
    assert left == {row(number)["invoiceNumber"] for number in range(30)}
    assert Invoice.objects.filter(due_date="2027-01-31").count() == 20
