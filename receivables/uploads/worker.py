"""Uploads that a worker ingests (`manage.py procrastinate worker`) while the sender goes on (`Prefer: respond-async`).

The body is stored in the database, with the job in the same transaction: what was answered with 202 survives every
restart. A worker that dies leaves nothing behind but a job to be retried, and however often it is retried, the one
transaction that finishes the upload can commit only once.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from threading import Event, Thread
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager

from apiauth.models import Account
from config.api.problems import TooManyRequests
from config.database.base import lock, try_lock
from receivables.uploads import receipts
from receivables.uploads.ingest import first_upload, ingest
from receivables.uploads.loads.beginning import LoadRefused, refuse_conflicts, scope
from receivables.uploads.models import State, Upload
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
PROGRESS_SECONDS = 0.5
WAIT_SECONDS = 60  # where as many bytes wait as may
INGEST, PREVIEW = "take_upload", "preview_file"  # tasks that work on an upload
ATTEMPTS = 10
RETRY = RetryStrategy(max_attempts=ATTEMPTS, wait=1, exponential_wait=2)  # seconds: about 34 minutes in all
LOST_JOBS_CRON = f"* * * * * */{settings.UPLOAD_LOST_SECONDS // 2}"


@app.task(name=INGEST, retry=RETRY, pass_context=True)
def ingest_upload(context: JobContext, upload_id: str) -> None:
    work_on(context, upload_id, ingest_queued)


def work_on(context: JobContext, upload_id: str, work: Callable[[UUID], None]) -> None:
    """Ingest an upload. An error is retried; in the end the upload is refused, for its sender to know."""
    if context.job.attempts > ATTEMPTS:
        logger.error("upload %s is given up: its workers died", upload_id)
        give_up(UUID(upload_id))
        return
    try:
        work(UUID(upload_id))
    except Exception:
        if context.job.attempts >= ATTEMPTS:
            logger.exception("upload %s is given up", upload_id)
            give_up(UUID(upload_id))
        raise


@app.periodic(cron=LOST_JOBS_CRON)
@app.task(name="take_up_lost_jobs", queueing_lock="take_up_lost_jobs")
def retry_lost_jobs(timestamp: int) -> None:
    """Put back into the queue what was begun and no worker works on: the worker died, or lost its connection before it
    could end the job.
    """
    lately = timezone.now() - timedelta(seconds=settings.UPLOAD_LOST_SECONDS)
    begun = ProcrastinateJob.objects.filter(task_name__in=[INGEST, PREVIEW], status="doing")
    for job in begun.exclude(procrastinateevent__at__gt=lately):
        with transaction.atomic():
            is_there = ProcrastinateJob.objects.select_for_update(skip_locked=True).filter(pk=job.pk, status="doing")
            if is_there.exists() and not is_locked(UUID(job.args["upload_id"])):
                logger.warning("job %s is retried: its worker died", job.pk)
                JobManager(DjangoConnector()).retry_job_by_id(job.pk, timezone.now())


def enqueue(task: Any, upload: Upload) -> None:
    """Queue a task of an upload behind those of the same account and resource."""
    task.configure(lock=f"uploads:{upload.account_id}:{upload.resource}").defer(upload_id=str(upload.pk))


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


def ingest_queued(upload_id: UUID) -> None:
    """Ingest an upload whose body was stored, unless it is finished."""
    with transaction.atomic():
        upload = locked_upload(upload_id)
        if upload.state == State.FINISHED:
            return
        session = UploadSession.of(upload)
        with written(upload.body_parts.contents()) as body, showing_progress(session):
            rows = PARSERS[upload.media_type].rows(body, "zstd", is_own=True)
            ingest(session, SERIALIZERS[upload.resource], rows)
        upload.body_parts.all().delete()


def locked_upload(upload_id: UUID) -> Upload:
    """Return the upload once no other worker works on it: until the transaction ends, or this worker dies."""
    lock(_lock_name(upload_id))
    return Upload.objects.select_related("account", "api_key").get(pk=upload_id)


def is_locked(upload_id: UUID) -> bool:
    """Whether a worker works on the upload; if none does, none will before the transaction ends."""
    return not try_lock(_lock_name(upload_id))


def _lock_name(upload_id: UUID) -> str:
    return f"upload:{upload_id}"


def give_up(upload_id: UUID) -> None:
    """Refuse an upload that fails for a reason of our own, so that its sender does not wait for ever."""
    with transaction.atomic():
        upload = Upload.objects.select_related("account", "api_key").get(pk=upload_id)
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
            if current != shown and _write_progress(session.account.pk, session.id, current):
                shown = current
            if ended.wait(PROGRESS_SECONDS):
                return
    finally:
        connection.close()


@transaction.atomic
def _write_progress(account_id: int, upload_id: UUID, counts: dict[str, int]) -> bool:
    """Write the counts, unless the upload is being closed: its row is locked then, and must not be waited for."""
    unfinished = Upload.objects.filter(account=account_id, pk=upload_id).exclude(state=State.FINISHED)
    is_free = unfinished.select_for_update(skip_locked=True).first() is not None
    return is_free and bool(unfinished.update(state=State.RUNNING, **counts))
