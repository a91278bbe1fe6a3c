"""A copy that walks through what changed, while uploads go on: it misses no row."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from receivables.models import Invoice
from tests.http.wire import get, upload

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS, UPLOADS_OF_EACH = 6, 12
ITEMS, MOST_ROWS = 2000, 600


@pytest.fixture(scope="module")
def server(start):
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=6)


class Copy:
    """Amounts by id, as far as they were read, and the last moment that was seen."""

    def __init__(self, port: int, pair: dict[str, str]):
        self.port, self.pair = port, pair
        self.amounts: dict[int, int] = {}
        self.last = "2000-01-01T00:00:00Z"

    def walk(self) -> None:
        for row in self._changed():
            self.amounts[row["id"]] = row["invoiceAmount"]
            self.last = row["updatedAt"]

    def _changed(self) -> Iterator[dict[str, Any]]:
        path = f"/jsonApi/invoices?ordering=updatedAt&pageSize=500&updatedSince={quote(self.last)}"
        while path:
            page = get(self.port, path, self.pair).json()
            yield from page["results"]
            following = urlsplit(page["next"] or "")
            path = following.path and f"{following.path}?{following.query}"


def send(port: int, pair: dict[str, str], sender: int) -> list[int]:
    """Send uploads of some of the items in an order of their own, each with an amount of its own."""
    random = Random(sender)  # noqa: S311 - an order, not a secret
    statuses = []
    for turn in range(UPLOADS_OF_EACH):
        numbers = random.sample(range(ITEMS), random.randint(1, MOST_ROWS))
        amount = sender * UPLOADS_OF_EACH + turn + 1
        rows = [{"customerNumber": "1", "invoiceNumber": f"{number}", "invoiceAmount": amount} for number in numbers]
        statuses.append(upload(port, rows, pair).status)
    return statuses


def test_a_copy_kept_while_uploads_go_on_misses_no_row(server, pair):
    copy = Copy(server.port, pair)
    with ThreadPoolExecutor(SENDERS) as pool:
        sendings = [pool.submit(send, server.port, pair, sender) for sender in range(SENDERS)]
        while wait(sendings, timeout=0).not_done:
            copy.walk()
    assert {status for sending in sendings for status in sending.result()} == {200}
    assert copy.amounts, "nothing was read while uploads went on"
    copy.walk()
    assert copy.amounts == dict(Invoice.objects.values_list("pk", "invoice_amount"))
