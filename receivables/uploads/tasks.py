"""What workers run: `manage.py procrastinate worker`. Jobs are kept in PostgreSQL, like everything else."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from receivables.uploads.background import give_up, keep, take_kept
from receivables.uploads.codings import BodyRefused
from receivables.uploads.models import Upload
from receivables.uploads.parsers import IncomingRows
from receivables.uploads.sending import Sending

logger = logging.getLogger(__name__)

ATTEMPTS = 10
RETRY = RetryStrategy(max_attempts=ATTEMPTS, wait=1, exponential_wait=2)  # seconds: about 17 minutes in all
# A worker says every other second that it lives (see PROCRASTINATE_WORKER_DEFAULTS).
DEAD_AFTER_SECONDS = 10


@app.task(name="take_upload", retry=RETRY, pass_context=True)
def take_upload(context: JobContext, upload_id: str) -> None:
    """Take a kept upload. What goes wrong is tried again; in the end the upload is refused, for its sender to know."""
    try:
        take_kept(UUID(upload_id))
    except Exception:
        if context.job.attempts >= ATTEMPTS:
            logger.exception("upload %s is given up", upload_id)
            give_up(UUID(upload_id))
        raise


@app.periodic(cron="* * * * * */5")
@app.task(name="take_up_lost_jobs", queueing_lock="take_up_lost_jobs", pass_context=True)
async def take_up_lost_jobs(context: JobContext, timestamp: int) -> None:
    """Put the jobs of workers that died back into the queue."""
    jobs: Any = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS)
    for job in jobs:
        logger.warning("job %s is taken up again: its worker died", job.id)
        await app.job_manager.retry_job(job)


def accept(sending: Sending, rows: IncomingRows) -> Upload:
    """Keep an upload and queue it, both or neither; return its record, or the receipt that says why it is refused.

    Uploads of one account and resource are taken in their order. Raises KeyInUse, KeyUsedOtherwise.
    """
    try:
        with transaction.atomic():
            upload, is_new = keep(sending, rows)
            if is_new:
                lock = f"uploads:{sending.account.pk}:{sending.resource}"
                take_upload.configure(lock=lock).defer(upload_id=str(upload.pk))
            return upload
    except BodyRefused as refusal:
        return sending.refuse(rows, refusal)
