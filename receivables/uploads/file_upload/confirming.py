"""A draft's confirmation: the upload of the very body that was previewed, at once or by a worker."""

from typing import Any

from django.db import transaction

from receivables.uploads import receipts, worker
from receivables.uploads.file_upload.previews import MEDIA_TYPE, session_of_draft
from receivables.uploads.ingest import ingest
from receivables.uploads.jobs import enqueue
from receivables.uploads.models import Draft, FullLoad, Outcome, State, Upload
from receivables.uploads.reading.bodies import BulkLinesParser
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import UploadSession
from receivables.uploads.worker import ingest_upload


class NotConfirmable(Exception):
    """Nothing that can be confirmed was previewed, or something else since."""


class NotTyped(Exception):
    """What would change is large, and the name of the account was not typed."""


@transaction.atomic
def confirm(shown: Draft, seen: str, username: str, typed: str = "") -> Upload:
    """Ingest the rows that were previewed, or let a worker do so; return the receipt, or its record so far.

    `seen` is the preview that is confirmed: of the same file there may be another by now, from another tab. Whoever
    confirms again gets the same receipt. Raises NotConfirmable; NotTyped where `typed` has to be the account's name.
    """
    draft = Draft.objects.select_for_update().get(account=shown.account_id, pk=shown.pk)
    if draft.upload:
        return draft.upload
    if not is_confirmable(draft.preview) or str(draft.preview_id) != seen:
        raise NotConfirmable
    if is_large_change(draft) and _typed(typed) != _typed(draft.account.name):
        raise NotTyped
    draft.upload = _upload(draft, username, draft.preview)
    draft.save(update_fields=["upload_id"])
    draft.file_parts.all().delete()
    return draft.upload


def is_large_change(draft: Draft) -> bool:
    """Whether currencies or signs would change, or an open sum would move by more than the account's limits."""
    foreseen = draft.foreseen or {}
    return any(foreseen.get(name) for name in ("currencies", "signs", "moves"))


def _typed(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_confirmable(preview: Upload | None) -> bool:
    return preview is not None and preview.state == State.FINISHED and preview.outcome != Outcome.REFUSED


def _upload(draft: Draft, username: str, preview: Any) -> Upload:
    """Ingest the body that was tried."""
    session = session_of_draft(draft, username, is_dry_run=False)
    if preview.media_type:  # a worker tried it, because it is large
        session.load = _stored_load(session, preview)
        upload = receipts.store_queued(session, MEDIA_TYPE)
        preview.body_parts.update(upload_id=upload.pk)
        enqueue(ingest_upload, upload)
    else:
        with worker.written(preview.body_parts.contents()) as body:
            upload = ingest(session, SERIALIZERS[preview.resource], BulkLinesParser.rows(body, "zstd", is_own=True))
        preview.body_parts.all().delete()
    Upload.objects.filter(account=upload.account_id, pk=upload.pk).update(file_lines=preview.file_lines)
    return upload


def _stored_load(session: UploadSession, preview: Any) -> FullLoad | None:
    """Store the full load that a worker will end, if the file is one, of the company codes of its preview."""
    if session.terms.of_load is None:
        return None
    load = session.new_load()
    load.company_codes = preview.snapshot["companyCodes"]
    load.save(force_insert=True)
    return load
