"""A draft's preview: its upload is tried, of a small file at once, of a large one by a worker."""

from contextlib import suppress
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from receivables.uploads import messages, receipts, worker
from receivables.uploads.file_upload.drafts import READING_FIELDS, file_of, reading_of, settled_reading_of
from receivables.uploads.files.file_types import FILE_TYPES
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.positions import NumberedLines, Positions
from receivables.uploads.ingest import ingest
from receivables.uploads.jobs import PREVIEW, RETRY, enqueue
from receivables.uploads.loads.brake import Limits
from receivables.uploads.loads.foreseen import large_moves
from receivables.uploads.loads.missing import Tallies, open_by_group, tallies_as_json
from receivables.uploads.loads.terms import LoadTerms
from receivables.uploads.models import BodyPart, Draft, State, Upload
from receivables.uploads.progress import showing_progress
from receivables.uploads.reading.bodies import BulkLinesParser, chunks_of
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.resources import Resource
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import UploadSession
from receivables.uploads.sources import Source
from receivables.uploads.terms import Terms
from receivables.uploads.worker import work_on

LOAD_FIELDS = ("is_full_load", "company_codes")
MEDIA_TYPE = BulkLinesParser.media_type
AT_ONCE_BYTES = 4 * 1024 * 1024  # some 10,000 rows of JSON: a second or two
AT_ONCE_ROWS = 10_000
AT_ONCE_WRITTEN = 4 * AT_ONCE_BYTES  # of JSON: a table's rows do not name their columns, and texts may be shared


class TooMuch(Exception):
    """A file has more rows, or more JSON, than is tried while somebody waits."""


class WrittenRows:
    """A file's rows as a stream of lines, to be read once. What was read is copied to `copy`, compressed, and its
    positions in the file are noted. Reading raises BodyRefused for a file that breaks, and TooMuch if it `is_awaited`.
    """

    def __init__(self, lines: NumberedLines, copy: IO[bytes], *, is_awaited: bool):
        self.lines, self.copy, self.is_awaited = lines, copy, is_awaited
        self.positions = Positions()
        self._rows = self._bytes = 0

    def read(self, size: int) -> bytes:
        try:
            written = self._next(size)
        except FileRefused as refusal:
            raise BodyRefused(400, refusal.rendered) from None
        self.copy.write(worker.compressed(written))
        return written

    def _next(self, size: int) -> bytes:
        written = bytearray()
        for line_number, line in self.lines:
            self.positions.note(line_number)
            written += line
            self._rows += 1
            self._bytes += len(line)
            if self.is_awaited and (self._rows > AT_ONCE_ROWS or self._bytes > AT_ONCE_WRITTEN):
                raise TooMuch
            if len(written) >= size:
                break
        return bytes(written)


def session_of_draft(draft: Draft, username: str, *, is_dry_run: bool) -> UploadSession:
    sender = Source(draft.account, staff_username=username, file_name=draft.file_name)
    terms = Terms(
        handling=draft.handling,
        is_dry_run=is_dry_run,
        of_table=FILE_TYPES[draft.file_format].is_table,
        arrived_at=draft.created_at,
        of_load=_load_terms(draft),
    )
    return UploadSession(sender, draft.resource, terms)


def _load_terms(draft: Draft) -> LoadTerms | None:
    """Return those of a full load. One without rows is allowed where somebody chose its company codes."""
    if not draft.is_full_load:
        return None
    codes = None if draft.company_codes is None else tuple(draft.company_codes)
    return LoadTerms(company_codes=codes, allow_empty=codes is not None, cutoff=draft.cutoff)


@transaction.atomic
def try_draft(draft: Draft, session: UploadSession, *, is_awaited: bool = False) -> Upload:
    """Try the upload and keep the body that was tried; return the receipt. Raises TooMuch."""
    with file_of(draft) as file, SpooledTemporaryFile(worker.IN_MEMORY) as copy:
        written = WrittenRows(_lines(draft, file), copy, is_awaited=is_awaited)
        rows = BulkLinesParser.rows(written)  # type: ignore[arg-type]
        open_before = _open_before(draft)
        upload = ingest(session, SERIALIZERS[draft.resource], rows)
        draft.foreseen = _foreseen(session, upload, open_before)
        upload.body_parts.store(chunks_of(copy))
    Upload.objects.filter(account=upload.account_id, pk=upload.pk).update(file_lines=written.positions.jumps)
    return upload


def _open_before(draft: Draft) -> Tallies:
    if draft.resource != Resource.INVOICES:
        return {}
    with connection.cursor() as cursor:
        return open_by_group(cursor, draft.account_id)


def _foreseen(session: UploadSession, upload: Upload, open_before: Tallies) -> dict[str, Any]:
    """Return what a preview shows beside its receipt: what `foresee` returned (without it if the file is refused), the
    items that are open now (`open`), and large moves of their sums (`moves`).
    """
    moves = large_moves(open_before, upload.totals, Limits.of(session.account)) if session.foreseen else []
    return {"open": tallies_as_json(open_before), "moves": moves, **(session.foreseen or {})}


def _lines(draft: Draft, file: IO[bytes]) -> NumberedLines:
    """Return the lines of a draft's file; what raises FileRefused where it cannot be read, or its format is open.

    How to read it is found at once: while rows are copied, the connection is busy.
    """
    file_type = FILE_TYPES[draft.file_format]
    try:
        reading = settled_reading_of(draft, file) if file_type.is_table else reading_of(draft)
    except FileRefused as refusal:
        return _refused(refusal)
    file.seek(0)
    return file_type.numbered_lines(file, draft.resource, reading)


def _refused(refusal: FileRefused) -> NumberedLines:
    raise refusal
    yield


def preview_queued(upload_id: UUID, account_id: int) -> None:
    """Try the upload of a draft, unless that is done already; for a worker."""
    with transaction.atomic():
        upload = worker.locked_upload(upload_id, account_id)
        if upload.state == State.FINISHED:
            return
        session = UploadSession.of(upload)
        draft = Draft.objects.select_related("account").filter(preview=upload).first()
        if draft is None:
            receipts.refuse(session, BulkLinesParser.rows(BytesIO()), BodyRefused(400, messages.WITHDRAWN.rendered()))
            return
        with showing_progress(session):
            try_draft(draft, session)
        draft.save(update_fields=["facts", "numbers", "dates", "foreseen"])


@app.task(name=PREVIEW, retry=RETRY, pass_context=True)
def preview_file(context: JobContext, upload_id: str) -> None:
    """Try the upload of a large file."""
    work_on(context, upload_id, preview_queued)


@transaction.atomic
def preview(draft: Draft, username: str) -> None:
    """Try the upload of a draft, or let a worker try it, unless it was confirmed meanwhile."""
    current = Draft.objects.select_for_update().get(account=draft.account_id, pk=draft.pk)
    if current.upload_id:
        return
    BodyPart.objects.filter(account=current.account_id, upload_id=current.preview_id).delete()  # which was tried before
    tried = None
    if is_small(draft):
        with suppress(TooMuch):  # of one that only looks small
            tried = try_draft(draft, session_of_draft(draft, username, is_dry_run=True), is_awaited=True)
    draft.preview = tried or receipts.store_queued(session_of_draft(draft, username, is_dry_run=True), MEDIA_TYPE)
    draft.save(update_fields=["handling", *LOAD_FIELDS, *READING_FIELDS, "facts", "preview_id", "foreseen"])
    if not tried:
        enqueue(preview_file, draft.preview)


def is_small(draft: Draft) -> bool:
    """Whether somebody may wait for what is made of the file."""
    return draft.file_size <= AT_ONCE_BYTES
