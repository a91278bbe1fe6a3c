"""Uploads that a worker takes while the sender goes on (`Prefer: respond-async`).

The body is kept in the database, with the job in the same transaction: what was answered with 202 survives
every restart. A worker that dies leaves nothing behind but a job to be taken up again, and however often a
job is taken up, the one transaction that finishes the upload can commit only once.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from tempfile import SpooledTemporaryFile
from threading import Event, Thread
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from apiauth.models import Account
from config.api.problems import TooManyRequests
from config.database.locks import lock, try_lock
from receivables.uploads.idempotency import first_upload
from receivables.uploads.ingest import ingest
from receivables.uploads.models import State, Upload
from receivables.uploads.reading.parsers import PARSERS, IncomingRows
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import Source, UploadSession
from receivables.uploads.terms import Terms

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

logger = logging.getLogger(__name__)

COMPRESSION_LEVEL = 1
IN_MEMORY = 16 * 1024 * 1024
PROGRESS_SECONDS = 0.5
WAIT_SECONDS = 60  # where as many bytes wait as may


def _refuse_beyond_room(account: Account) -> None:
    waiting = Upload.objects.of_account(account).exclude(state=State.FINISHED)
    if (waiting.aggregate(bytes=Sum("waiting_bytes"))["bytes"] or 0) >= settings.UPLOADS_WAITING_BYTES:
        message = (
            f"Uploads of this account that wait for a worker take {settings.UPLOADS_WAITING_BYTES:,} bytes, which is "
            f"the most. Send this one again when some of them are finished, or in {WAIT_SECONDS} s."
        )
        raise TooManyRequests(code="too_much_waiting", message=message, wait=WAIT_SECONDS)


def store_for_worker(session: UploadSession, rows: IncomingRows) -> tuple[Upload, bool]:
    """Keep the body for a worker. Return the upload, and whether it is new: its key may stand for an earlier one.

    Raises TooManyRequests, KeyInUse and KeyUsedOtherwise, and BodyRefused for a body that is too large
    or damaged.
    """
    with transaction.atomic():
        session.acquire_slot()
        first = first_upload(session.account, session.resource, session.terms, rows.body)
        if first:
            return first, False
        _refuse_beyond_room(session.account)
        upload = session.open(rows.media_type)
        waiting_bytes = upload.body_parts.store(map(compressed, rows.body))
        session.note_body(rows.body, waiting_bytes)
        return upload, True


def compressed(chunk: bytes) -> bytes:
    return zstd.compress(chunk, COMPRESSION_LEVEL)


def decompressed(frame: bytes) -> bytes:
    return zstd.decompress(frame)


def ingest_queued(upload_id: UUID) -> None:
    """Take an upload whose body was kept, unless that is done already.

    Waits for another worker that has it in hand: should that one die, this one takes it up.
    """
    with transaction.atomic():
        lock_upload(upload_id)
        upload = upload_with_source(upload_id)
        if upload.state == State.FINISHED:
            return
        session = session_of(upload)
        with stored_body(upload) as body, showing_progress(session):
            rows = PARSERS[upload.media_type].rows(body, "zstd", is_own=True)
            ingest(session, SERIALIZERS[upload.resource], rows)
        upload.body_parts.all().delete()


def upload_with_source(upload_id: UUID) -> Upload:
    return Upload.objects.select_related("account", "api_key").get(pk=upload_id)


def session_of(upload: Upload) -> UploadSession:
    """Return the sending of an upload whose record stands already."""
    return UploadSession(
        Source.of(upload), upload.resource, Terms.from_json(upload.terms), id=upload.pk, is_queued=True
    )


def lock_upload(upload_id: UUID) -> None:
    lock(_lock_name(upload_id))


def is_locked(upload_id: UUID) -> bool:
    """Whether a worker has the upload in hand; if none has, none will before the transaction ends."""
    return not try_lock(_lock_name(upload_id))


def _lock_name(upload_id: UUID) -> str:
    """The name of the lock that a worker holds for as long as it works on the upload, and loses when it dies."""
    return f"upload:{upload_id}"


def give_up(upload_id: UUID) -> None:
    """Refuse an upload that cannot be taken for a reason of our own, so that its sender does not wait for ever."""
    with transaction.atomic():
        upload = upload_with_source(upload_id)
        session_of(upload).give_up()
        upload.body_parts.all().delete()


@contextmanager
def written(contents: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """Pieces one after another, in a file to be read; a large one is in the system's temporary folder."""
    with SpooledTemporaryFile(IN_MEMORY) as file:
        file.writelines(contents)
        file.seek(0)
        yield file


def stored_body(upload: Upload) -> AbstractContextManager[IO[bytes]]:
    """The body as a stream of zstd frames; fetched at once, for the connection will soon be busy."""
    return written(upload.body_parts.contents())


@contextmanager
def showing_progress(session: UploadSession) -> Iterator[None]:
    """Write the progress into the upload's row from a thread, whose connection is not in the upload's transaction."""
    ended = Event()
    thread = Thread(target=_show_progress, args=[session, ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show_progress(session: UploadSession, ended: Event) -> None:
    shown: dict[str, Any] = {}
    try:
        while True:
            current = session.progress.as_counts()
            if current != shown and _write_progress(session.id, current):
                shown = current
            if ended.wait(PROGRESS_SECONDS):
                return
    finally:
        connection.close()


@transaction.atomic
def _write_progress(upload_id: UUID, counts: dict[str, int]) -> bool:
    """Write the counts, unless the upload is being closed: its row is locked then, and must not be waited for."""
    unfinished = Upload.objects.filter(pk=upload_id).exclude(state=State.FINISHED)
    is_free = unfinished.select_for_update(skip_locked=True).first() is not None
    return is_free and bool(unfinished.update(state=State.RUNNING, **counts))
