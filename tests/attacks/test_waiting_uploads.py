"""Uploads queued for workers that never come: what they keep of an account is bounded."""

from uuid import UUID

import pytest

from receivables.uploads.models import BodyPart, Upload
from receivables.uploads.worker import ingest_queued
from tests.conftest import client_of
from tests.factories import BY_WORKER, AccountFactory, invoice_row


@pytest.fixture(autouse=True)
def _little_room(settings):
    settings.UPLOADS_WAITING_BYTES = 100


def test_beyond_the_room_of_an_account_nothing_more_is_kept(upload):
    answers = [upload([invoice_row()], headers=BY_WORKER) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (answers[2].headers["Retry-After"], answers[2].json()["errors"][0]["code"]) == ("60", "too_much_waiting")
    assert (Upload.objects.count(), BodyPart.objects.count()) == (2, 2)


def test_what_a_worker_took_makes_room(upload):
    queued = [upload([invoice_row()], headers=BY_WORKER).json()["id"] for _ in range(2)]
    ingest_queued(UUID(queued[0]))
    assert upload([invoice_row()], headers=BY_WORKER).status_code == 202


def test_another_account_and_whoever_waits_for_the_answer_are_not_kept_out(upload):
    for _ in range(3):
        upload([invoice_row()], headers=BY_WORKER)
    assert upload([invoice_row()]).status_code == 200
    other = client_of(AccountFactory())
    assert other.post("/jsonApi/upload/invoices", [invoice_row()], format="json", headers=BY_WORKER).status_code == 202
