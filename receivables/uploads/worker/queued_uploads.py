"""Uploads that a worker ingests while the sender goes on (`Prefer: respond-async`).

The body is stored in the database, with the job in the same transaction: what was answered with 202 survives every
restart. A worker that dies leaves nothing behind but a job to be retried, and however often it is retried, the one
transaction that finishes the upload can commit only once.
"""

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
from config.database.base import lock, try_lock
from receivables.uploads.idempotency import first_upload
from receivables.uploads.ingest import ingest
from receivables.uploads.models import State, Upload
from receivables.uploads.reading.parsers import PARSERS, IncomingRows
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import UploadSession

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSION_LEVEL = 1
IN_MEMORY = 16 * 1024 * 1024
PROGRESS_SECONDS = 0.5
WAIT_SECONDS = 60  # where as many bytes wait as may


def _refuse_without_room(account: Account) -> None:
    waiting = Upload.objects.of_account(account).exclude(state=State.FINISHED)
    if (waiting.aggregate(bytes=Sum("waiting_bytes"))["bytes"] or 0) >= settings.UPLOADS_WAITING_BYTES:
        message = (
            f"Uploads of this account that wait for a worker take {settings.UPLOADS_WAITING_BYTES:,} bytes, which is "
            f"the most. Send this one again when some of them are finished, or in {WAIT_SECONDS} s."
        )
        raise TooManyRequests(code="too_much_waiting", message=message, wait=WAIT_SECONDS)


def store_for_worker(session: UploadSession, rows: IncomingRows) -> tuple[Upload, bool]:
    """Store the body for a worker. Return the upload, and whether it is new: its key may name an earlier one.

    Raises TooManyRequests, KeyInUse and KeyUsedOtherwise, and BodyRefused for a body that is too large or damaged.
    """
    with transaction.atomic():
        session.acquire_slot()
        if first := first_upload(session.account, session.resource, session.terms, rows.body):
            return first, False
        _refuse_without_room(session.account)
        upload = session.open(rows.media_type)
        waiting_bytes = upload.body_parts.store(map(compressed, rows.body))
        session.note_body(rows.body, waiting_bytes)
        return upload, True


def compressed(chunk: bytes) -> bytes:
    return zstd.compress(chunk, COMPRESSION_LEVEL)


def decompressed(frame: bytes) -> bytes:
    return zstd.decompress(frame)


def ingest_queued(upload_id: UUID) -> None:
    """Ingest an upload whose body was stored, unless it is finished."""
    with transaction.atomic():
        upload = locked_upload(upload_id)
        if upload.state == State.FINISHED:
            return
        session = UploadSession.of(upload)
        with stored_body(upload) as body, showing_progress(session):
            rows = PARSERS[upload.media_type].rows(body, "zstd", is_own=True)
            ingest(session, SERIALIZERS[upload.resource], rows)
        upload.body_parts.all().delete()


def locked_upload(upload_id: UUID) -> Upload:
    """Return the upload once no other worker works on it: until the transaction ends, or this worker dies."""
    lock(_lock_name(upload_id))
    return Upload.objects.with_source().get(pk=upload_id)


def is_locked(upload_id: UUID) -> bool:
    """Whether a worker works on the upload; if none does, none will before the transaction ends."""
    return not try_lock(_lock_name(upload_id))


def _lock_name(upload_id: UUID) -> str:
    return f"upload:{upload_id}"


def give_up(upload_id: UUID) -> None:
    """Refuse an upload that fails for a reason of our own, so that its sender does not wait for ever."""
    with transaction.atomic():
        upload = Upload.objects.with_source().get(pk=upload_id)
        UploadSession.of(upload).give_up()
        upload.body_parts.all().delete()


@contextmanager
def written(contents: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """A file to read the pieces from, one after another; a large one is in the system's temporary folder."""
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
