"""Eight uploads at once, four for each of two accounts, whose rows overlap and come in different orders."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db.models import Sum

from apiauth.models import Account
from receivables.models import Invoice
from tests.factories import AccountFactory, key_headers
from tests.http.wire import Answer, upload

pytestmark = pytest.mark.django_db(transaction=True)

UPLOADS_AN_ACCOUNT = 4
ROWS = 300
STEP = 100  # an upload begins this many rows after the one before it, so that three of them hold most rows
AMOUNT = 7
AMOUNTS = [1, 20, 300, 4000]


@pytest.fixture(scope="module")
def server(start):
    """A server with a thread for every upload, so that none waits for another to be done."""
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=8)


@pytest.fixture
def accounts(db) -> list[Account]:
    return [AccountFactory(), AccountFactory()]


def numbers(turn: int) -> list[int]:
    """Return the invoice numbers of an account's upload, in an order of its own."""
    first = turn * STEP
    return Random(turn).sample(range(first, first + ROWS), ROWS)  # noqa: S311 - an order, not a secret


def distinct_numbers() -> int:
    return len({number for turn in range(UPLOADS_AN_ACCOUNT) for number in numbers(turn)})


def rows(turn: int, amount: int) -> list[dict[str, Any]]:
    return [{"customerNumber": "1", "invoiceNumber": str(n), "invoiceAmount": amount} for n in numbers(turn)]


def all_at_once(port: int, accounts: list[Account], amounts: list[int]) -> list[Answer]:
    """Send each account's uploads, the nth with the nth amount in all its rows; return the answers."""
    sendings = [(account, turn, amount) for account in accounts for turn, amount in enumerate(amounts)]
    requests = [(port, rows(turn, amount), key_headers(account)) for account, turn, amount in sendings]
    with ThreadPoolExecutor(len(requests)) as senders:
        return list(senders.map(lambda request: upload(*request), requests))


@pytest.fixture
def answers(server, accounts) -> list[Answer]:
    """What eight uploads are answered that say the same of every row."""
    return all_at_once(server.port, accounts, [AMOUNT] * UPLOADS_AN_ACCOUNT)


def summed(answers: list[Answer], count: str) -> int:
    return sum(answer.json()[count] for answer in answers)


def open_amount(account: Account) -> Decimal:
    return Invoice.objects.of_account(account).aggregate(total=Sum("open_amount"))["total"]


def test_uploads_at_once_are_all_taken(answers):
    assert [answer.status for answer in answers] == [200] * 8


def test_uploads_at_once_write_every_row_once(answers):
    assert summed(answers, "created") == Invoice.objects.count() == 2 * distinct_numbers()
    assert summed(answers, "updated") == 0


def test_uploads_at_once_count_every_row_they_received(answers):
    for receipt in (answer.json() for answer in answers):
        assert receipt["received"] == receipt["created"] + receipt["updated"] + receipt["unchanged"] == ROWS


def test_uploads_at_once_leave_each_account_its_exact_total(answers, accounts):
    assert [open_amount(account) for account in accounts] == [AMOUNT * distinct_numbers()] * 2


def test_receipts_of_uploads_at_once_that_disagree_add_up_to_what_is_stored(server, accounts):
    answers = all_at_once(server.port, accounts, AMOUNTS)
    totals = [answer.json()["totals"][0] for answer in answers]
    change = sum(Decimal(total["openAfter"]) - Decimal(total["openBefore"]) for total in totals)
    assert change == sum(open_amount(account) for account in accounts)
    assert summed(answers, "created") == Invoice.objects.count() == 2 * distinct_numbers()


def test_uploads_at_once_that_disagree_leave_every_row_as_one_of_them_sent_it(server, accounts):
    all_at_once(server.port, accounts, AMOUNTS)
    sent = {(str(number), amount) for turn, amount in enumerate(AMOUNTS) for number in numbers(turn)}
    assert set(Invoice.objects.values_list("invoice_number", "open_amount")) <= sent
