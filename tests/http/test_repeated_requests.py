"""A request sent again while its first is still running: never two uploads, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import transaction

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge import lock
from tests.factories import invoice_row
from tests.http.servers import uploads_waiting, wait_until
from tests.http.wire import upload

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {"Idempotency-Key": "night-of-2026-01-31"}
ROWS = [invoice_row(invoiceNumber=f"{number}") for number in range(500)]


@pytest.fixture(scope="module")
def port(start) -> int:
    """A server with a thread for every request, so that none waits for another to be done."""
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=8).port


def is_one_waiting() -> bool:
    return uploads_waiting() == 1


def test_a_repetition_is_409_while_the_first_runs_and_its_receipt_afterwards(port, pair, account):
    with ThreadPoolExecutor(1) as sender:
        with transaction.atomic(), database.cursor() as cursor:
            lock(cursor, account, Resource.INVOICES)
            first = sender.submit(upload, port, ROWS, pair | KEY)
            wait_until(is_one_waiting)
            meanwhile = upload(port, ROWS, pair | KEY)
        assert (meanwhile.status, meanwhile.headers["Retry-After"]) == (409, "5")
        assert first.result().json() == upload(port, ROWS, pair | KEY).json()


def test_another_key_does_not_wait_for_the_first(port, pair, account):
    with ThreadPoolExecutor(1) as sender, transaction.atomic(), database.cursor() as cursor:
        lock(cursor, account, Resource.INVOICES)
        sender.submit(upload, port, ROWS, pair | KEY)
        wait_until(is_one_waiting)
        other = upload(port, [], pair | {"Idempotency-Key": "another"})
    assert other.status == 200


def test_of_eight_first_requests_at_once_one_is_taken(port, pair):
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: upload(port, ROWS, pair | KEY), range(8)))
    assert {answer.status for answer in answers} <= {200, 409}
    receipts = [answer.json() for answer in answers if answer.status == 200]
    assert [receipt["id"] for receipt in receipts] == [f"{Upload.objects.get().pk}"] * len(receipts)
    assert Invoice.objects.count() == 500
