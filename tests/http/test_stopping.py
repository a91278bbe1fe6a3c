"""A server told to stop finishes what it has begun, and one told to start leaves another's port alone."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction

from receivables.models import Invoice
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge import lock
from tests.factories import invoice_row
from tests.http.servers import STOP_SECONDS, environment, gunicorn_command, uploads_waiting, wait_until
from tests.http.wire import Answer, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(start):
    """A server of the test's own, for it will not outlive the test."""
    return start("gunicorn", WEB_CONCURRENCY=2)


@contextmanager
def stopped_in_mid_upload(server, account, pair) -> Iterator[Future[Answer]]:
    """Stop a server whose upload waits, within its transaction, for a lock that is held until the block ends."""
    with ThreadPoolExecutor(1) as sender, transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, account, Resource.INVOICES)
        sent = sender.submit(upload, server.port, [invoice_row()], pair)
        wait_until(lambda: uploads_waiting() == 1)
        server.terminate()
        wait_until(lambda: server.workers() == 1)  # the idle one is gone, so all were told
        yield sent


def test_an_upload_in_flight_is_finished_after_sigterm(server, account, pair):
    with stopped_in_mid_upload(server, account, pair) as sent:
        assert not Invoice.objects.exists()
    assert sent.result().status == 200
    assert Invoice.objects.count() == 1


def test_a_server_ends_by_itself_after_its_last_upload(server, account, pair):
    with stopped_in_mid_upload(server, account, pair):
        assert server.process.poll() is None
    assert server.process.wait(STOP_SECONDS) == 0


def test_an_idle_server_ends_at_once(server):
    server.terminate()
    assert server.process.wait(10) == 0


def test_a_second_server_on_the_same_port_does_not_start(server):
    second = subprocess.run(
        gunicorn_command(server.port),
        cwd=settings.BASE_DIR,
        env=environment(server.port, {}),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert f"127.0.0.1:{server.port} cannot be served" in second.stderr
