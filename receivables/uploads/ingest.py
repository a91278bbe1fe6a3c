"""One upload, whole or not at all: claim its key, stage, lock, merge, count, close."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException

from config.database.base import try_lock
from config.http.addresses import link_to
from receivables.uploads import receipts, warnings
from receivables.uploads.findings import Warned
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.foreseen import foresee
from receivables.uploads.loads.presence import MOST_IDENTITIES, closed_items, record_seen
from receivables.uploads.loads.terms import IDEMPOTENCY_LIFETIME, as_sent
from receivables.uploads.loads.uploads import LoadUpload
from receivables.uploads.messages import RowIndex
from receivables.uploads.models import Outcome, Upload
from receivables.uploads.reading.bodies import Body, IncomingRows
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.resources import Resource
from receivables.uploads.rows.bulk import BulkListSerializer, ReadingStopped
from receivables.uploads.rows.row_serializer import RowSerializer
from receivables.uploads.session import Progress, UploadSession
from receivables.uploads.stored_checks import StoredChecks, check_expectations, drop_known_padding, update_padding
from receivables.uploads.storing.merge import NOTHING_MERGED, Author, Merged, NearIdentities, lock, merge
from receivables.uploads.storing.staging import Record, Stage

MAX_NAMED = 100  # closed items of refused rows, in a receipt
ADDRESSES: dict[str, str] = {Resource.INVOICES: "invoice-detail", Resource.CUSTOMERS: "customer-detail"}


class KeyInUse(APIException):
    status_code = 409
    default_detail = (
        "An upload with this Idempotency-Key is still running. Send the request again in a moment for its receipt."
    )
    wait = 5


class KeyUsedOtherwise(APIException):
    status_code = 422
    default_detail = (
        "This Idempotency-Key was used within 24 hours for another request. Send a new key with a new body, or the "
        "first request unchanged for its receipt."
    )


class UploadRefused(Exception):
    """Nothing of the upload is stored; its findings say why."""


def ingest_once(session: UploadSession, serializer_class: type[RowSerializer], rows: IncomingRows) -> Upload:
    """Ingest rows, unless the same request came before; return the receipt, or that of the first request.

    Raises TooManyRequests, KeyInUse and KeyUsedOtherwise; of the database's errors each leaves everything as it was.
    """
    if not session.terms.idempotency_key and not session.is_part:
        return ingest(session, serializer_class, rows)
    with transaction.atomic():  # the receipt of a part that is refused is in before its load can end
        session.acquire_slot()
        first = first_upload(session, rows.body)
        return first or ingest(session, serializer_class, rows)


def first_upload(session: UploadSession, body: Body) -> Upload | None:
    """Claim the key until the transaction ends; return the upload that it was first used for, if any.

    Raises KeyInUse where another request holds the claim, KeyUsedOtherwise where the key was used for another.
    """
    key, account = session.terms.idempotency_key, session.account
    if not key:
        return None
    if not try_lock(f"idempotency:{account.pk}:{key}"):
        raise KeyInUse
    used = Upload.objects.of_account(account).filter(
        idempotency_key=key, created_at__gt=timezone.now() - IDEMPOTENCY_LIFETIME
    )
    first = used.order_by("-created_at").first()
    request = session.resource, as_sent(session.terms.as_json())
    if first and (first.resource, as_sent(first.terms), first.body_digest) != (*request, _digest(body)):
        raise KeyUsedOtherwise
    return first


def _digest(body: Body) -> bytes:
    try:
        for _ in body:
            continue
    except BodyRefused:
        raise KeyUsedOtherwise from None
    return body.digest


def ingest(session: UploadSession, serializer_class: type[RowSerializer], rows: IncomingRows) -> Upload:
    """Store the rows and the receipt in one transaction; if the rows are refused, the receipt alone."""
    context = {"account": session.account, "findings": session.findings, "of_table": session.terms.of_table}
    if session.resource == Resource.INVOICES:
        context["most_identities"] = MOST_IDENTITIES
    serializer: Any = serializer_class(many=True, context=context)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            session.acquire_slot()
            merged = _merged(cursor, session, serializer, rows)
            is_withheld = session.ending is not None and session.ending.is_withheld and not session.terms.is_dry_run
            outcome = Outcome.PARTIAL if session.findings.invalid or is_withheld else Outcome.ACCEPTED
            if not session.terms.is_dry_run:
                return receipts.close(session, rows, outcome, merged)
            transaction.set_rollback(True)
        session.forget_load()
    except BodyRefused as refusal:
        return receipts.refuse(session, rows, refusal)
    except LoadRefused as refusal:
        session.note_refusal(refusal)
        return _refused(session, rows, serializer, refusal.snapshot)
    except UploadRefused:
        return _refused(session, rows, serializer)
    except ReadingStopped as stopped:
        session.progress.read, session.was_stopped = stopped.read_count, True
        return _refused(session, rows, serializer)
    return receipts.close(session, rows, outcome, merged)


def _refused(
    session: UploadSession, rows: IncomingRows, serializer: BulkListSerializer, snapshot: dict[str, Any] | None = None
) -> Upload:
    session.forget_load()
    session.ending, session.snapshot = None, snapshot
    with connection.cursor() as cursor:
        drop_known_padding(cursor, session.account, session.resource, session.findings)
        _warn_of_closed(cursor, session, serializer)
    return receipts.close(session, rows, Outcome.REFUSED)


def _staged(cursor: Any, session: UploadSession, serializer: BulkListSerializer, rows: IncomingRows) -> Stage:
    """Stage the rows, each identity once. Raises BodyRefused, UploadRefused, ReadingStopped."""
    stage = Stage(serializer.child.Meta.model)
    stage.fill(cursor, _watched(session.progress, rows, serializer.records(rows)))
    check_expectations(cursor, stage, session.terms, session.findings, rows.read)
    serializer.resolve_duplicates(cursor, stage)
    serializer.warn()
    if session.findings.refuses_all(is_lenient=session.terms.is_lenient and stage.row_count > 0):
        raise UploadRefused
    return stage


def _merged(cursor: Any, session: UploadSession, serializer: BulkListSerializer, rows: IncomingRows) -> Merged:
    """Stage the rows and merge them; end the full load that they are. Raises LoadRefused, and what `_staged` does."""
    of_load = _of_load(session)
    stage = _staged(cursor, session, serializer, rows)
    if of_load:
        of_load.prepare(cursor, stage, serializer.identities)
    elif not stage.row_count:
        return NOTHING_MERGED
    turn = lock(cursor, session.account, session.resource)
    session.merged_at = turn.moment
    if of_load:
        of_load.check()
    as_of = turn.moment if turn.is_clock_behind and not session.extracted_at else session.as_of
    author = Author(session.account.pk, session.id, turn.moment, as_of, sorted(serializer.sent_back))
    merged = merge(cursor, stage, author)
    session.progress.merged = stage.row_count
    update_padding(cursor, stage, session.account, session.resource, session.findings, turn.is_padding_known)
    if of_load:
        session.ending = of_load.merged(cursor, stage, author, merged)
        session.snapshot, session.unreadable_count = of_load.snapshot, of_load.unreadable_count
    elif turn.has_full_loads and session.resource == Resource.INVOICES:
        record_seen(cursor, stage.layout, author)
    _warn_of_stored(cursor, session, stage, serializer, merged)
    if session.is_preview:
        session.foreseen = foresee(cursor, stage.layout, author, has_missing=of_load is not None)
    return merged


def _warn_of_stored(
    cursor: Any, session: UploadSession, stage: Stage, serializer: BulkListSerializer, merged: Merged
) -> None:
    if serializer.checks:
        StoredChecks(cursor, stage, session.account, serializer.checks, session.findings).warn(merged)
    if merged.left_closed:
        session.findings.warn("older_than_full_load", "", list(merged.left_closed))
    _warn_of_closed(cursor, session, serializer)
    if merged.near:
        _warn_of_near(session, merged.near)


def _of_load(session: UploadSession) -> LoadUpload | None:
    """Return what an upload has to do for the full load that it is (a part of), if it is."""
    terms = session.terms.of_load
    if terms is None:
        return None
    if session.load is None:
        session.load = session.new_load()
    about: dict[str, Any] = {"is_dry_run": session.terms.is_dry_run, "extracted_at": session.terms.extracted_at}
    return LoadUpload(session.load, terms, session.id, session.findings, **about)


def _warn_of_near(session: UploadSession, near: NearIdentities) -> None:
    """Warn of the rows that were created beside a near identity, with what is near to the first of them."""
    if near.stored_id is None:
        members: dict[str, Any] = {"otherIndex": near.other_index}
        advice = warnings.NEAR_ROW[session.resource].rendered(row=RowIndex(near.other_index or 0))
    else:
        url = link_to(ADDRESSES[session.resource], near.stored_id)
        members = {"stored": {"id": near.stored_id, "url": url}}
        advice = warnings.NEAR_STORED[session.resource].rendered(url=url)
    session.findings.warn_first("near_identity", Warned(near.row_count, near.first_index, advice, members))


def _warn_of_closed(cursor: Any, session: UploadSession, serializer: BulkListSerializer) -> None:
    """Name the closed items of rows that were refused, as far as there is room."""
    refused = closed_items(cursor, session.account, serializer.identities)
    if not refused:
        return
    named = [
        {"index": index, "id": item, "url": link_to(ADDRESSES[session.resource], item)}
        for index, item in refused[:MAX_NAMED]
    ]
    warned = Warned(len(refused), refused[0][0], members={"closedItems": named})
    session.findings.warn_first("refused_row_of_closed_item", warned)


def _watched(progress: Progress, rows: IncomingRows, batches: Iterator[list[Record]]) -> Iterator[list[Record]]:
    for records in batches:
        progress.read = rows.read
        yield records
        progress.staged += len(records)
