"""A draft's preview and upload: small ones at once, large ones by a worker."""

from typing import Any

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from receivables.uploads.file_upload import previews
from receivables.uploads.file_upload.drafts import forget_expired
from receivables.uploads.file_upload.previews import MEDIA_TYPE
from receivables.uploads.models import BodyPart, Draft, Outcome, State, Upload
from receivables.uploads.worker.tasks import PREVIEW, RETRY, enqueue, ingest_upload, work_on

AT_ONCE_BYTES = 4 * 1024 * 1024  # some 10,000 rows of JSON: a second or two
AT_ONCE_ROWS = 10_000
AT_ONCE_WRITTEN = 4 * AT_ONCE_BYTES  # of JSON: a table's rows do not name their columns, and texts may be shared


READING_FIELDS = ("encoding", "delimiter", "sheet", "columns", "numbers", "dates", "day_cells")


class NotConfirmable(Exception):
    """Nothing that can be confirmed was previewed, or something else since."""


@app.task(name=PREVIEW, retry=RETRY, pass_context=True)
def preview_file(context: JobContext, upload_id: str) -> None:
    """Try the upload of a large file."""
    work_on(context, upload_id, previews.preview_queued)


@app.periodic(cron="17 * * * *")
@app.task(name="forget_expired_drafts", queueing_lock="forget_expired_drafts")
def forget_expired_drafts(timestamp: int) -> None:
    """Delete the files that nobody confirmed within a day."""
    forget_expired()


@transaction.atomic
def preview(draft: Draft, username: str) -> None:
    """Try the upload of a draft, or let a worker try it, unless it was confirmed meanwhile."""
    current = Draft.objects.select_for_update(of=["self"]).get(pk=draft.pk)
    if current.upload_id:
        return
    BodyPart.objects.filter(upload=current.preview_id).delete()  # which was tried before
    tried = _tried_at_once(draft, username)
    draft.preview = tried or previews.session_of_draft(draft, username, is_dry_run=True).open(MEDIA_TYPE)
    draft.save(update_fields=["handling", *READING_FIELDS, "facts", "preview"])
    if not tried:
        enqueue(preview_file, draft.preview)


def is_small(draft: Draft) -> bool:
    """Whether somebody may wait for what is made of the file."""
    return draft.file_size <= AT_ONCE_BYTES


def _tried_at_once(draft: Draft, username: str) -> Upload | None:
    """Return the preview of a small file; of one that only looks small, none."""
    if not is_small(draft):
        return None
    try:
        most = previews.Most(AT_ONCE_ROWS, AT_ONCE_WRITTEN)
        return previews.try_draft(draft, previews.session_of_draft(draft, username, is_dry_run=True), most)
    except previews.TooMuch:
        return None


@transaction.atomic
def confirm(draft_id: Any, seen: str, username: str) -> Upload:
    """Ingest the rows that were previewed, or let a worker do so; return the receipt, or its record so far.

    `seen` is the preview that is confirmed: of the same file there may be another by now, from another tab. Whoever
    confirms again gets the same receipt. Raises NotConfirmable.
    """
    draft = Draft.objects.select_for_update(of=["self"]).select_related("account", "preview").get(pk=draft_id)
    if draft.upload:
        return draft.upload
    if not is_confirmable(draft.preview) or str(draft.preview_id) != seen:
        raise NotConfirmable
    draft.upload = _upload(draft, username, draft.preview)
    draft.save(update_fields=["upload"])
    draft.file_parts.all().delete()
    return draft.upload


def is_confirmable(preview: Upload | None) -> bool:
    return preview is not None and preview.state == State.FINISHED and preview.outcome != Outcome.REFUSED


def _upload(draft: Draft, username: str, preview: Any) -> Upload:
    session = previews.session_of_draft(draft, username, is_dry_run=False)
    is_small = not preview.media_type  # or a worker tried it, because it is large
    upload = previews.ingest_draft(session, preview) if is_small else session.open(MEDIA_TYPE)
    Upload.objects.filter(pk=upload.pk).update(file_lines=preview.file_lines)
    if not is_small:
        preview.body_parts.update(upload=upload)
        enqueue(ingest_upload, upload)
    return upload
