"""Uploads that a worker ingests (`manage.py procrastinate worker`) while the sender goes on (`Prefer: respond-async`).

The body is stored in the database, with the job in the same transaction: what was answered with 202 survives every
restart. A worker that dies leaves nothing behind but a job to be retried, and however often it is retried, the one
transaction that finishes the upload can commit only once.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from apiauth.models import Account
from config.api.problems import TooManyRequests, is_machine_lost
from config.database.base import lock
from receivables.uploads import receipts
from receivables.uploads.ingest import first_upload, ingest
from receivables.uploads.jobs import ATTEMPTS, INGEST, RETRY, account_of, enqueue, lock_name, uncount
from receivables.uploads.loads.beginning import LoadRefused, refuse_conflicts, scope
from receivables.uploads.models import State, Upload
from receivables.uploads.progress import showing_progress
from receivables.uploads.reading.bodies import PARSERS, IncomingRows
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import UploadSession

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

logger = logging.getLogger(__name__)

COMPRESSION_LEVEL = 1
IN_MEMORY = 16 * 1024 * 1024
WAIT_SECONDS = 60  # where as many bytes wait as may


@app.task(name=INGEST, retry=RETRY, pass_context=True)
def ingest_upload(context: JobContext, upload_id: str) -> None:
    work_on(context, upload_id, ingest_queued)


def work_on(context: JobContext, upload_id: str, work: Callable[[UUID, int], None]) -> None:
    """Ingest an upload. An error is retried; in the end the upload is refused, for its sender to know. An attempt does
    not count while the account's machine is lost: nothing can be noted of the upload then, not even a refusal.
    """
    try:
        _work_or_give_up(context.job, UUID(upload_id), work)
    except Exception as error:
        if is_machine_lost(error):
            uncount(context.job)
        raise


def _work_or_give_up(job: Job, upload_id: UUID, work: Callable[[UUID, int], None]) -> None:
    account_id = account_of(job)
    if job.attempts > ATTEMPTS:
        logger.error("upload %s is given up: its workers died", upload_id)
        give_up(upload_id, account_id)
        return
    try:
        work(upload_id, account_id)
    except Exception as error:
        if job.attempts >= ATTEMPTS and not is_machine_lost(error):
            logger.exception("upload %s is given up", upload_id)
            give_up(upload_id, account_id)
        raise


def accept(session: UploadSession, rows: IncomingRows) -> Upload:
    """Store an upload and queue it, both or neither; return its record, or the receipt that says why it is refused.

    Uploads of one account and resource are ingested in their order. Raises KeyInUse, KeyUsedOtherwise.
    """
    try:
        with transaction.atomic():
            upload, is_new = store_for_worker(session, rows)
            if is_new:
                enqueue(ingest_upload, upload)
            return upload
    except BodyRefused as refusal:
        return receipts.refuse(session, rows, refusal)
    except LoadRefused as refusal:
        return receipts.refuse_load(session, rows, refusal)


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

    Raises TooManyRequests, KeyInUse and KeyUsedOtherwise, BodyRefused for a body that is too large or damaged, and
    LoadRefused for a full load that meets another.
    """
    with transaction.atomic():
        session.acquire_slot()
        if first := first_upload(session, rows.body):
            return first, False
        _refuse_without_room(session.account)
        _store_load(session)
        upload = receipts.store_queued(session, rows.media_type)
        waiting_bytes = upload.body_parts.store(map(compressed, rows.body))
        receipts.note_body(session, rows.body, waiting_bytes)
        return upload, True


def _store_load(session: UploadSession) -> None:
    """Store the full load that an upload is: uploads that merge before it note from now on what they saw."""
    terms = session.terms.of_load
    if terms is None or session.load:
        return
    load = session.new_load()
    load.company_codes = scope(load.api_key, terms.company_codes, ())
    refuse_conflicts(load)
    load.save(force_insert=True)
    session.load = load


def compressed(chunk: bytes) -> bytes:
    return zstd.compress(chunk, COMPRESSION_LEVEL)


def decompressed(frame: bytes) -> bytes:
    return zstd.decompress(frame)


def ingest_queued(upload_id: UUID, account_id: int | None = None) -> None:
    """Ingest an upload whose body was stored, unless it is finished. Without its account, all machines are asked."""
    with transaction.atomic():
        upload = locked_upload(upload_id, account_id)
        if upload.state == State.FINISHED:
            return
        session = UploadSession.of(upload)
        with written(upload.body_parts.contents()) as body, showing_progress(session):
            rows = PARSERS[upload.media_type].rows(body, "zstd", is_own=True)
            ingest(session, SERIALIZERS[upload.resource], rows)
        upload.body_parts.all().delete()


def locked_upload(upload_id: UUID, account_id: int | None) -> Upload:
    """Return the upload once no other worker works on it: until the transaction ends, or this worker dies."""
    lock(lock_name(upload_id))
    return _upload(upload_id, account_id)


def _upload(upload_id: UUID, account_id: int | None) -> Upload:
    uploads = Upload.objects.select_related("account")
    return (uploads.filter(account=account_id) if account_id else uploads).get(pk=upload_id)


def give_up(upload_id: UUID, account_id: int | None = None) -> None:
    """Refuse an upload that fails for a reason of our own, so that its sender does not wait for ever."""
    with transaction.atomic():
        upload = _upload(upload_id, account_id)
        receipts.give_up(UploadSession.of(upload))
        upload.body_parts.all().delete()


@contextmanager
def written(contents: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """A file to read the pieces from, one after another; a large one is in the system's temporary folder. They are
    fetched at once, for the connection will soon be busy.
    """
    with SpooledTemporaryFile(IN_MEMORY) as file:
        file.writelines(contents)
        file.seek(0)
        yield file
