"""What follows an upload hears of its end once, when the receipt is committed."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from receivables.uploads.models import Upload
from receivables.uploads.sources import upload_finished
from receivables.uploads.worker import give_up, ingest_queued
from tests.factories import BY_WORKER, LENIENT, invoice_row
from tests.uploads.staff import Uploader, rows_file

GOOD, BAD = invoice_row(), invoice_row(invoiceNumber="2", dueDate="soon")
KEY = {"Idempotency-Key": "7e5f2f6a"}

ENDS = [
    pytest.param([GOOD], {}, "", "accepted", id="accepted"),
    pytest.param([], {}, "", "accepted", id="no rows"),
    pytest.param([GOOD, BAD], LENIENT, "", "partial", id="partial"),
    pytest.param([GOOD, BAD], {}, "", "refused", id="refused for a row"),
    pytest.param("[{", {}, "", "refused", id="refused for its body"),
    pytest.param([GOOD], {}, "?expectedRows=2", "refused", id="refused for its count"),
    pytest.param([GOOD], {}, "?dryRun=true", "accepted", id="dry run"),
    pytest.param([BAD], {}, "?dryRun=true", "refused", id="refused dry run"),
    pytest.param([GOOD], KEY, "", "accepted", id="with a key"),
    pytest.param([GOOD], BY_WORKER | {"Content-Encoding": "br"}, "", "refused", id="refused before a worker has it"),
]


@pytest.fixture
def finished() -> Iterator[list[Upload]]:
    uploads: list[Upload] = []

    def note(upload: Upload, **kwargs: Any) -> None:
        uploads.append(upload)

    upload_finished.connect(note)
    yield uploads
    upload_finished.disconnect(note)


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    """A block that the test's transaction stands in for; what waits for its commit runs at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def queued(upload: Any, committed: Any) -> UUID:
    with committed():
        return UUID(upload([GOOD], headers=BY_WORKER).json()["id"])


@pytest.mark.parametrize(("body", "headers", "query", "outcome"), ENDS)
def test_an_upload_that_ends_at_once_is_one_signal_after_the_commit(
    upload, finished, committed, body, headers, query, outcome
):
    with committed():
        upload(body, query=query, headers=headers)
        assert finished == []
    assert finished == [Upload.objects.get()]
    assert (finished[0].outcome, finished[0].is_dry_run) == (outcome, "dryRun" in query)


def test_a_queued_upload_is_no_signal_until_a_worker_ends_it(queued, finished, committed):
    assert finished == []
    with committed():
        ingest_queued(queued)
    with committed():
        ingest_queued(queued)
    assert [(upload.pk, upload.outcome, upload.created_count) for upload in finished] == [(queued, "accepted", 1)]


def test_an_upload_given_up_is_one_signal_with_its_refusal(queued, finished, committed):
    with committed():
        give_up(queued)
    assert [(upload.pk, upload.errors[0]["code"]) for upload in finished] == [(queued, "not_taken")]


def test_a_repeated_request_is_no_second_signal(upload, finished, committed):
    for _ in range(2):
        with committed():
            upload([GOOD], headers=KEY)
    assert finished == [Upload.objects.get()]


def test_a_file_of_staff_is_a_signal_for_its_preview_and_its_upload(account, finished, committed):
    staff = Uploader(account)
    with committed():
        staff.choose("items.json", rows_file(GOOD))
        staff.go("confirm")
    assert [(upload.is_dry_run, upload.staff_username) for upload in finished] == [
        (True, staff.user.username),
        (False, staff.user.username),
    ]


def test_an_upload_rolled_back_is_no_signal(upload, finished, committed):
    with committed(), transaction.atomic():
        upload([GOOD])
        transaction.set_rollback(True)
    assert (finished, Upload.objects.count()) == ([], 0)


def test_a_receiver_that_raises_fails_no_upload(upload, finished, committed, caplog):
    def fail(**kwargs: Any) -> None:
        raise ValueError

    upload_finished.connect(fail)
    try:
        with committed():
            assert upload([GOOD]).status_code == 200
    finally:
        upload_finished.disconnect(fail)
    assert [record.name for record in caplog.records] == ["django.dispatch"]
    assert len(finished) == 1


@pytest.mark.django_db(transaction=True)
def test_a_receiver_runs_outside_the_upload_s_transaction(upload):
    seen = []

    def look(upload: Upload, **kwargs: Any) -> None:
        seen.append((connection.in_atomic_block, Upload.objects.filter(pk=upload.pk).exists()))

    upload_finished.connect(look)
    try:
        upload([GOOD])
    finally:
        upload_finished.disconnect(look)
    assert seen == [(False, True)]
