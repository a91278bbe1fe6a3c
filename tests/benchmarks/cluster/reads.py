"""What programs read over HTTP."""

import json
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from receivables.models import today
from tests.benchmarks import feed
from tests.benchmarks.cluster.service import ACCOUNTS, Service
from tests.benchmarks.cluster.side import Outcome
from tests.benchmarks.reading.bench import INVOICES
from tests.benchmarks.sending import ENGINE, Answer

OF_ACCOUNT = 2  # requests of one turn
PAGE = 100
OWN = {"id", "createdAt", "updatedAt", "closedAt", "closedBy"}  # what each database numbers, or times, for itself


def pages(service: Service, number: int) -> Outcome:
    """Read the first pages of each account's list of invoices, one after another."""
    answers = [answer for account in range(ACCOUNTS) for answer in _pages(service, account)]
    return _outcome(answers, [len(answer.json()["results"]) for answer in answers])


def _pages(service: Service, account: int) -> Iterator[Answer]:
    path = f"{INVOICES}?pageSize={PAGE}"
    for _ in range(OF_ACCOUNT):
        yield (answer := service.get(account, path))
        parts = urlsplit(answer.json()["next"])
        path = f"{parts.path}?{parts.query}"


def pages_of_customers(service: Service, number: int) -> Outcome:
    """Read the invoices of a few customers of each account."""
    rows = list(feed.invoices(OF_ACCOUNT, number * OF_ACCOUNT))
    paths = [f"{INVOICES}?customerNumber={row['customerNumber']}&ordering=invoiceNumber" for row in rows]
    answers = [service.get(account, path) for account in range(ACCOUNTS) for path in paths]
    return _outcome(answers, [_content(row) for answer in answers for row in answer.json()["results"]])


def invoices(service: Service, number: int) -> Outcome:
    """Read single invoices of each account by their addresses."""
    found = [(account, row["id"]) for account in range(ACCOUNTS) for row in _found(service, account, number)]
    answers = [service.get(account, f"{INVOICES}/{pk}") for account, pk in found]
    return _outcome(answers, [_content(answer.json()) for answer in answers])


def _found(service: Service, account: int, number: int) -> list[feed.Row]:
    numbers = ",".join(row["invoiceNumber"] for row in feed.invoices(OF_ACCOUNT, number * OF_ACCOUNT))
    answer = service.get(account, f"{INVOICES}?invoiceNumber__in={numbers}&ordering=invoiceNumber")
    rows: list[feed.Row] = answer.json()["results"]
    return rows


def receipts(service: Service, number: int) -> Outcome:
    """Read the receipts of each account's last uploads by their addresses."""
    lists = [service.get(account, f"/jsonApi/uploads?pageSize={OF_ACCOUNT}").json() for account in range(ACCOUNTS)]
    found = [(account, receipt["url"]) for account, page in enumerate(lists) for receipt in page["results"]]
    answers = [service.get(account, url) for account, url in found]
    return _outcome(answers, [answer.json()[count] for answer in answers for count in ENGINE.counts])


def csv(service: Service, number: int) -> Outcome:
    """Read the whole lists of two accounts as files."""
    answers = [service.get(account, f"{INVOICES}?format=csv") for account in (number, number + 1)]
    return _outcome(answers, [answer.body.count(b"\n") for answer in answers])


def aging(service: Service, number: int) -> Outcome:
    """Read the aging report of each account by customer, its first page."""
    path = f"/jsonApi/reports/aging?asOf={today()}&pageSize=1000"
    answers = [service.get(account, path) for account in range(ACCOUNTS)]
    return _outcome(answers, [answer.json()["results"] for answer in answers])


def _content(row: feed.Row) -> str:
    return json.dumps({name: value for name, value in row.items() if name not in OWN}, sort_keys=True)


def _outcome(answers: list[Answer], content: list[Any]) -> Outcome:
    """Return the seconds of the median request: one that others of this machine held up does not count."""
    return Outcome(median(answer.seconds for answer in answers), content)


WORKS: dict[str, Callable[[Service, int], Outcome]] = {
    "page of a list": pages,
    "page of a list, a customer's": pages_of_customers,
    "invoice by its address": invoices,
    "receipt by its address": receipts,
    "list as CSV": csv,
    "aging report": aging,
}
