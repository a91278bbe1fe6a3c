"""A draft's preview and upload: small ones at once, large ones by a worker."""

from typing import Any

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from receivables.uploads.desk.drafts import forget_expired
from receivables.uploads.desk.previews import (
    MEDIA_TYPE,
    forget_preview,
    sending_of_draft,
    take_at_once,
    take_preview,
    try_draft,
)
from receivables.uploads.models import Draft, Outcome, State, Upload
from receivables.uploads.tasks import PREVIEW, RETRY, in_line, take_upload, work_on

AT_ONCE_BYTES = 4 * 1024 * 1024  # some 10,000 rows of JSON: a second or two
AT_ONCE_ROWS = 10_000


class NotConfirmable(Exception):
    """Nothing that can be confirmed was previewed, or something else since."""


@app.task(name=PREVIEW, retry=RETRY, pass_context=True)
def preview_file(context: JobContext, upload_id: str) -> None:
    """Try the upload of a large file."""
    work_on(context, upload_id, take_preview)


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
    forget_preview(current)
    sending = sending_of_draft(draft, username, is_dry_run=True)
    is_small = draft.file_size <= AT_ONCE_BYTES
    upload = try_draft(draft, sending) if is_small else sending.open(MEDIA_TYPE)
    draft.preview = upload
    draft.save(update_fields=["handling", "sheet", "columns", "preview"])
    if not is_small:
        in_line(preview_file, upload)


@transaction.atomic
def confirm(draft_id: Any, seen: str, username: str) -> Upload:
    """Take the rows that were previewed, or let a worker take them; return the receipt, or its record so far.

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
    sending = sending_of_draft(draft, username, is_dry_run=False)
    is_small = preview.received_count <= AT_ONCE_ROWS
    upload = take_at_once(sending, preview) if is_small else sending.open(MEDIA_TYPE)
    Upload.objects.filter(pk=upload.pk).update(file_lines=preview.file_lines)
    if not is_small:
        preview.body_parts.update(upload=upload)
        in_line(take_upload, upload)
    return upload
