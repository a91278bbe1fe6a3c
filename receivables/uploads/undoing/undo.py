"""An upload, or a full load, taken back: what would happen, and the deed, an upload with a receipt of its own."""

from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from receivables.uploads.loads.brake import Limits
from receivables.uploads.models import FullLoad, Kind, Outcome, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.sources import Source, upload_finished
from receivables.uploads.storing.merge import Author, lock
from receivables.uploads.undoing import messages
from receivables.uploads.undoing.fates import Fates, foresee, skip
from receivables.uploads.undoing.marks import mark_load, mark_uploads
from receivables.uploads.undoing.moves import refuse_large
from receivables.uploads.undoing.targets import Target, UndoRefused, check, target_of
from receivables.uploads.undoing.writing import Writer


@transaction.atomic
def preview(found: Upload | FullLoad, limits: Limits | None = None) -> Fates:
    """Return what would happen if an upload or a full load was taken back now; nothing is stored.

    Raises UndoRefused; with `limits` also where more than these would move.
    """
    target = target_of(found)
    check(target)
    with connection.cursor() as cursor:
        return _foreseen(cursor, target, limits)


@transaction.atomic
def undo(found: Upload | FullLoad, source: Source, digest: str = "", limits: Limits | None = None) -> Upload:
    """Take back what can be of an upload or a full load; return the receipt, or that of the undo that did so before.

    Whether the source may do so, the caller knows. Raises UndoRefused; with the `digest` of a preview also where
    something else would happen now, and with `limits` where more than these would move.
    """
    started = monotonic()
    with connection.cursor() as cursor:
        turn = lock(cursor, source.account, found.resource if isinstance(found, Upload) else Resource.INVOICES)
        target = target_of(found)
        if target.undone_by:
            return Upload.objects.select_related("api_key").get(account=source.account, pk=target.undone_by)
        check(target)
        foreseen = _foreseen(cursor, target, limits)
        if digest not in ("", foreseen.digest):
            raise UndoRefused(messages.PREVIEW_CHANGED.rendered())
        author = Author(source.account.pk, uuid4(), turn.moment, turn.moment, [])
        if foreseen.skips:
            skip(cursor, target, author.upload)
        Writer(cursor, target, author).write()
    mark_uploads(target, author.upload)
    about = {"was": mark_load(target), "counts": foreseen.counts}
    return _close(source, author, foreseen, undo=about, duration=timedelta(seconds=monotonic() - started))


def _foreseen(cursor: Any, target: Target, limits: Limits | None) -> Fates:
    foreseen = foresee(cursor, target)
    if limits:
        refuse_large(cursor, foreseen, limits)
    return foreseen


def _close(source: Source, author: Author, foreseen: Fates, **about: Any) -> Upload:
    """Store the receipt; once it is committed, `upload_finished` is sent."""
    target = foreseen.target
    is_of_load = target.load is not None and not target.undos
    upload = Upload.objects.create(
        id=author.upload,
        account=source.account,
        api_key=source.api_key,
        staff_username=source.staff_username,
        resource=target.resource,
        kind=Kind.UNDO,
        undoes=None if is_of_load else target.uploads[0].pk,
        load_id=target.load.pk if target.load else None,
        has_full_history=True,
        merged_at=author.moment,
        outcome=Outcome.ACCEPTED,
        totals=foreseen.totals,
        **about,
    )
    transaction.on_commit(partial(upload_finished.send_robust, sender=Upload, upload=upload))
    return upload
