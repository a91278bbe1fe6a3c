"""The jobs of uploads in the queue: how often they are tried, and how none is lost."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate import RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from config.api.problems import is_machine_lost
from config.database.base import try_lock
from receivables.uploads.models import State, Upload

logger = logging.getLogger(__name__)

INGEST, PREVIEW = "take_upload", "preview_file"  # tasks that work on an upload
ATTEMPTS = 10
LOST_MACHINE_SECONDS = 5  # until a job is tried again whose account is on a machine that does not answer


class UploadRetries(RetryStrategy):
    """Some attempts after errors; of an account whose machine is lost, as many as it takes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if is_machine_lost(exception):
            return RetryDecision(retry_in={"seconds": LOST_MACHINE_SECONDS})
        return super().get_retry_decision(exception=exception, job=job)


RETRY = UploadRetries(max_attempts=ATTEMPTS, wait=1, exponential_wait=2)  # seconds: about 34 minutes in all
UNCOUNTED = "UPDATE procrastinate_jobs SET attempts = attempts - 1 WHERE id = %s"
LOST_JOBS_CRON = f"* * * * * */{settings.UPLOAD_LOST_SECONDS // 2}"


def enqueue(task: Any, upload: Upload) -> None:
    """Queue a task of an upload behind those of the same account and resource. The lock names the account to the task,
    too: jobs of earlier versions have no other word of it.
    """
    task.configure(lock=f"uploads:{upload.account_id}:{upload.resource}").defer(upload_id=str(upload.pk))


def account_of(job: Job) -> int:
    """Return the account of a job's upload."""
    return int(str(job.lock).split(":")[1])


def uncount(job: Job) -> None:
    """Have the attempt of a job that is under way not count."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNTED, [job.id])


def lock_name(upload_id: UUID) -> str:
    return f"upload:{upload_id}"


def is_locked(upload_id: UUID) -> bool:
    """Whether a worker works on the upload; if none does, none will before the transaction ends."""
    return not try_lock(lock_name(upload_id))


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


@app.periodic(cron=LOST_JOBS_CRON)
@app.task(name="queue_lost_uploads", queueing_lock="queue_lost_uploads")
def queue_lost_uploads(timestamp: int) -> None:
    """Queue uploads that wait and have no job. On a cluster their bodies lie on other machines than the queue, and one
    may die before its part of the transaction is committed.
    """
    lately = timezone.now() - timedelta(seconds=settings.UPLOAD_LOST_SECONDS)
    jobs = ProcrastinateJob.objects.filter(task_name__in=[INGEST, PREVIEW], status__in=["todo", "doing"])
    queued = set(jobs.values_list("args__upload_id", flat=True))
    waiting = Upload.objects.exclude(state=State.FINISHED).filter(created_at__lt=lately)
    for upload in waiting.only("account", "resource", "is_dry_run", "staff_username").order_by("created_at"):
        if str(upload.pk) not in queued:
            logger.warning("upload %s is queued again: it had no job", upload.pk)
            enqueue(app.tasks[PREVIEW if upload.is_dry_run and upload.staff_username else INGEST], upload)
