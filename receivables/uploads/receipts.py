"""The receipt of an upload: its record, stored when it waits for a worker, and what became of it, once it has ended."""

from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from receivables.uploads import messages
from receivables.uploads.findings import without_params
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import snapshot_of
from receivables.uploads.models import FullLoad, LoadState, Outcome, State, Upload
from receivables.uploads.reading.bodies import Body, IncomingRows
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.session import UploadSession
from receivables.uploads.sources import upload_finished
from receivables.uploads.storing.merge import NOTHING_MERGED, Merged
from receivables.uploads.storing.positions import totals
from receivables.uploads.storing.staging import jsonb

COPY_REJECTED_ROWS = (
    'COPY uploads_rejectedrow (account_id, upload_id, "index", text, errors) FROM STDIN (FORMAT BINARY)'
)
FREE_BYTES = 4096  # of one upload, beside its record; small ones need no query
FEW = 20  # errors, and kinds of warnings, that a receipt has in any case
ROOM = """
INSERT INTO uploads_rejectedbytes AS stored (account_id, day, used)
VALUES (%s, (statement_timestamp() AT TIME ZONE 'UTC')::date, 0)
ON CONFLICT (account_id) DO UPDATE SET
    day = excluded.day, used = CASE WHEN stored.day = excluded.day THEN stored.used ELSE 0 END
RETURNING used
"""
USE = "UPDATE uploads_rejectedbytes SET used = used + %s WHERE account_id = %s"


class AlreadyFinished(Exception):
    """Another worker finished the upload: what this one did must be rolled back."""


def refuse(session: UploadSession, rows: IncomingRows, refusal: BodyRefused) -> Upload:
    """Store the receipt of a body that cannot be read, with the row it broke in where that is known. No row of it
    counts, for how many were read before depends on the pieces it came in.
    """
    session.status = refusal.status
    session.forget_rows()
    session.findings.refuse_body(refusal.rendered, refusal.index, refusal.field)
    return close(session, rows, Outcome.REFUSED)


def refuse_load(session: UploadSession, rows: IncomingRows, refusal: LoadRefused) -> Upload:
    """Store the receipt of a full load that is refused before its rows are read."""
    session.load = None
    session.note_refusal(refusal)
    return close(session, rows, Outcome.REFUSED)


@transaction.atomic(savepoint=False)
def close(session: UploadSession, rows: IncomingRows, outcome: Outcome, merged: Merged = NOTHING_MERGED) -> Upload:
    """Store the receipt, and unless it is a dry run what is wrong with its rows."""
    receipt = _receipt(session, outcome, merged, over_budget_count=_fit_into_day(session))
    upload = _finish(session, **receipt, **_about_the_body(session, rows.body))
    session.note_end()
    if session.findings.rejected and not session.terms.is_dry_run:
        _store_rejected_rows(session)
    return upload


def _fit_into_day(session: UploadSession) -> int:
    """Cut findings to what the account may still store on this day, for one key must not fill the disk: first those of
    the receipt, then the rows in their order. A dry run stores no rows, and its receipt is that of the real upload. The
    account's record stays locked until the transaction ends, of which this is the last step. Return how many rows are
    not stored for lack of room.
    """
    findings, account = session.findings, session.account
    # The few that a receipt has in any case do not count.
    errors, warnings = without_params(findings.errors[FEW:]), without_params(findings.warnings[FEW:])
    receipt_bytes = len(msgspec.json.encode([errors, warnings])) if errors or warnings else 0
    if receipt_bytes + findings.rejected_size <= FREE_BYTES:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ROOM, [account.pk])
        room = settings.REJECTED_BYTES_PER_DAY - cursor.fetchone()[0]
        if receipt_bytes > room:
            findings.limit_messages(FEW)
            receipt_bytes = 0
        dropped_count = findings.limit_rejected_rows(room - receipt_bytes)
        cursor.execute(USE, [receipt_bytes + (0 if session.terms.is_dry_run else findings.rejected_size), account.pk])
    return dropped_count


def _store_rejected_rows(session: UploadSession) -> None:
    # Django would have the rows quoted into one statement, which takes longer than all the rest. Of a text copy that
    # fails PostgreSQL would quote the row, in its log and in the error that comes to ours.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_REJECTED_ROWS) as copy:
        copy.set_types(["int8", "uuid", "int4", "text", "text"])
        for index, row in sorted(session.findings.rejected.items()):
            copy.write_row((session.account.pk, session.id, index, row.text, jsonb(row.errors)))


def store_queued(session: UploadSession, media_type: str) -> Upload:
    """Store the record of an upload whose body is stored for a worker."""
    about = {"media_type": media_type, "snapshot": _of_load(session), "duration": timedelta(0)}
    return _create(session, state=State.QUEUED, **about)


def note_body(session: UploadSession, body: Body, waiting_bytes: int) -> None:
    """Note what the stored body is recognised by, and its size."""
    about = _about_the_body(session, body)
    Upload.objects.of_account(session.account).filter(pk=session.id).update(waiting_bytes=waiting_bytes, **about)
    session.note_end()


def give_up(session: UploadSession) -> None:
    """Refuse a queued upload for no fault of its sender's."""
    session.findings.refuse_body(messages.SERVER_ERROR.rendered())
    _finish(session, **_receipt(session, Outcome.REFUSED, NOTHING_MERGED, over_budget_count=0))


def _finish(session: UploadSession, **values: Any) -> Upload:
    """Store the receipt, of a queued upload in its record. Raises AlreadyFinished."""
    stores_nothing = values["outcome"] == Outcome.REFUSED or session.terms.is_dry_run
    if session.is_queued and session.is_whole_load and stores_nothing:
        values |= _end_stored_load(session)
    uploads = Upload.objects.of_account(session.account)
    if not session.is_queued:
        upload = _create(session, **values)
    elif uploads.filter(pk=session.id).exclude(state=State.FINISHED).update(**values):
        upload = uploads.get(pk=session.id)
    else:
        raise AlreadyFinished
    transaction.on_commit(partial(upload_finished.send_robust, sender=Upload, upload=upload))
    return upload


def _end_stored_load(session: UploadSession) -> dict[str, Any]:
    """End the full load that was stored when the upload was queued, and that was refused or only tried. None is
    stored with a preview of staff.
    """
    if session.load is None:
        return {}
    stored = FullLoad.objects.of_account(session.account).under_way().filter(pk=session.load.pk)
    if session.terms.is_dry_run:
        stored.delete()
        return {"load_id": None}
    stored.update(state=LoadState.REFUSED, ended_at=timezone.now())
    shown = session.snapshot or snapshot_of(session.load)
    return {"snapshot": shown | {"id": str(session.load.pk), "outcome": LoadState.REFUSED.value}}


def _create(session: UploadSession, **values: Any) -> Upload:
    return Upload.objects.create(
        id=session.id,
        account=session.account,
        api_key=session.source.api_key,
        staff_username=session.source.staff_username,
        file_name=session.source.file_name,
        resource=session.resource,
        terms=session.terms.as_json(),
        handling=session.terms.handling,
        is_dry_run=session.terms.is_dry_run,
        extracted_at=session.extracted_at,
        load_id=session.load.pk if session.load else None,
        part=session.terms.of_load.part if session.terms.of_load else None,
        **values,
    )


def _receipt(session: UploadSession, outcome: Outcome, merged: Merged, over_budget_count: int) -> dict[str, Any]:
    """Return the columns of the receipt. Every row is counted once; rows that repeat another of the array change
    nothing, and count so. `over_budget_count` are bad rows for which the account's day has no room.
    """
    findings, received = session.findings, session.progress.read
    rejected = received if outcome == Outcome.REFUSED else len(findings.invalid)
    before, after = merged.before, merged.after
    if session.ending:
        before, after = before + session.ending.before, after + session.ending.after
    return {
        "state": State.FINISHED,
        "outcome": outcome,
        "has_full_history": True,
        "merged_at": None if outcome == Outcome.REFUSED or session.terms.is_dry_run else session.merged_at,
        "received_count": received,
        "created_count": merged.created_count,
        "updated_count": merged.updated_count,
        "unchanged_count": received - rejected - merged.created_count - merged.updated_count,
        "rejected_count": rejected,
        "closed_count": session.ending.closed_count if session.ending else 0,
        "reopened_count": merged.reopened_count,
        "snapshot": session.snapshot or _of_load(session),
        "unreadable_count": session.unreadable_count,
        "invalid_count": len(findings.invalid),
        "has_complete_counts": not session.was_stopped,
        "rejected_stored_count": len(findings.rejected),
        "over_budget_count": over_budget_count,
        "totals": totals(before, after, session.account.amount_decimal_places),
        "errors": findings.errors,
        "errors_omitted_count": findings.errors_omitted,
        "warnings": findings.warnings,
        "warnings_omitted_count": findings.warnings_omitted,
        **session.progress.as_counts(),
        "duration": timedelta(seconds=monotonic() - session.started),
    }


def _of_load(session: UploadSession) -> dict[str, Any] | None:
    """Return what the receipt tells of a full load that goes on."""
    if session.load is None or session.terms.of_load is None:
        return None
    return snapshot_of(session.load) | {"part": session.terms.of_load.part}


def _about_the_body(session: UploadSession, body: Body) -> dict[str, Any]:
    """Return what the body is recognised by. One that was not read to its end, or was too large, is not recognised:
    the answer to a repetition has the status 400 at worst.
    """
    if not body.is_whole or session.status != 400:
        return {}
    earlier = Upload.objects.of_account(session.account).in_effect()
    same = earlier.filter(resource=session.resource, body_digest=body.digest).order_by("-created_at")
    about = {"body_digest": body.digest, "same_body_as": same.values_list("pk", flat=True).first()}
    key = session.terms.idempotency_key  # of a queued upload it was noted when it came
    return about | {"idempotency_key": key} if key else about
