"""What workers run: `manage.py procrastinate worker`. Jobs are stored in PostgreSQL, like everything else."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager

from receivables.uploads.models import Upload
from receivables.uploads.reading.bodies import BodyRefused
from receivables.uploads.reading.parsers import IncomingRows
from receivables.uploads.session import UploadSession
from receivables.uploads.worker.queued_uploads import give_up, ingest_queued, is_locked, store_for_worker

logger = logging.getLogger(__name__)

INGEST, PREVIEW = "take_upload", "preview_file"  # tasks that work on an upload
ATTEMPTS = 10
RETRY = RetryStrategy(max_attempts=ATTEMPTS, wait=1, exponential_wait=2)  # seconds: about 34 minutes in all
LOST_JOBS_CRON = f"* * * * * */{settings.UPLOAD_LOST_SECONDS // 2}"


@app.task(name=INGEST, retry=RETRY, pass_context=True)
def ingest_upload(context: JobContext, upload_id: str) -> None:
    """Ingest a queued upload."""
    work_on(context, upload_id, ingest_queued)


def work_on(context: JobContext, upload_id: str, ingest: Callable[[UUID], None]) -> None:
    """Ingest an upload. An error is retried; in the end the upload is refused, for its sender to know."""
    if context.job.attempts > ATTEMPTS:
        logger.error("upload %s is given up: its workers died", upload_id)
        give_up(UUID(upload_id))
        return
    try:
        ingest(UUID(upload_id))
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
    lock = f"uploads:{upload.account_id}:{upload.resource}"
    task.configure(lock=lock).defer(upload_id=str(upload.pk))


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
        return session.refuse(rows, refusal)
