"""An upload waits for another of its account and resource, but not for ever."""

import pytest
from django.db import connection, transaction

from apiauth.models import Account
from receivables.models import Invoice
from receivables.uploads.merge import lock
from tests.factories import invoice_row
from tests.http.wire import upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_upload_that_waits_too_long_is_told_to_come_again(start, pair):
    server = start("gunicorn", UPLOAD_LOCK_SECONDS=1)
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, Account.objects.get(), "invoices")
        answer = upload(server.port, [invoice_row()], pair)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert Invoice.objects.count() == 0
