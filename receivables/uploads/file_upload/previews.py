"""What the upload of a draft would do, and the upload itself, of the very same body."""

from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple
from uuid import UUID

from django.db import transaction

from receivables.uploads import messages
from receivables.uploads.file_upload.detection import reading_of, settled_reading_of
from receivables.uploads.file_upload.drafts import file_of
from receivables.uploads.files.file_types import FILE_TYPES, NumberedLines
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.positions import Positions
from receivables.uploads.ingest import ingest
from receivables.uploads.models import Draft, State, Upload
from receivables.uploads.reading.bodies import BodyRefused, chunks_of
from receivables.uploads.reading.parsers import BulkLinesParser
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.session import Source, UploadSession
from receivables.uploads.terms import Terms
from receivables.uploads.worker import queued_uploads

MEDIA_TYPE = BulkLinesParser.media_type


class Most(NamedTuple):
    """How much is tried while somebody waits."""

    rows: int
    bytes: int


class TooMuch(Exception):
    """A file has more rows, or more JSON, than is tried while somebody waits."""


class WrittenRows:
    """A file's rows as a stream of lines, to be read once. What was read is copied to `copy`, compressed, and its
    positions in the file are noted. Reading raises BodyRefused for a file that breaks, and TooMuch.
    """

    def __init__(self, lines: NumberedLines, copy: IO[bytes], most: Most | None = None):
        self.lines, self.copy, self.most = lines, copy, most
        self.positions = Positions()
        self._rows = self._bytes = 0

    def read(self, size: int) -> bytes:
        try:
            written = self._next(size)
        except FileRefused as refusal:
            raise BodyRefused(400, refusal.rendered) from None
        self.copy.write(queued_uploads.compressed(written))
        return written

    def _next(self, size: int) -> bytes:
        written = bytearray()
        for line_number, line in self.lines:
            self.positions.note(line_number)
            written += line
            self._rows += 1
            self._bytes += len(line)
            if self.most and (self._rows > self.most.rows or self._bytes > self.most.bytes):
                raise TooMuch
            if len(written) >= size:
                break
        return bytes(written)


def session_of_draft(draft: Draft, username: str, *, is_dry_run: bool) -> UploadSession:
    sender = Source(draft.account, staff_username=username, file_name=draft.file_name)
    of_table = FILE_TYPES[draft.file_format].is_table
    return UploadSession(
        sender, draft.resource, Terms(handling=draft.handling, is_dry_run=is_dry_run, of_table=of_table)
    )


@transaction.atomic
def try_draft(draft: Draft, session: UploadSession, most: Most | None = None) -> Upload:
    """Try the upload and keep the body that was tried; return the receipt. Raises TooMuch."""
    with file_of(draft) as file, SpooledTemporaryFile(queued_uploads.IN_MEMORY) as copy:
        written = WrittenRows(_lines(draft, file), copy, most)
        rows = BulkLinesParser.rows(written)  # type: ignore[arg-type]
        upload = ingest(session, SERIALIZERS[draft.resource], rows)
        upload.body_parts.store(chunks_of(copy))
    Upload.objects.filter(pk=upload.pk).update(file_lines=written.positions.jumps)
    return upload


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


def preview_queued(upload_id: UUID) -> None:
    """Try the upload of a draft, unless that is done already; for a worker."""
    with transaction.atomic():
        upload = queued_uploads.locked_upload(upload_id)
        if upload.state == State.FINISHED:
            return
        session = UploadSession.of(upload)
        draft = Draft.objects.select_related("account").filter(preview=upload).first()
        if draft is None:
            session.refuse(BulkLinesParser.rows(BytesIO()), BodyRefused(400, messages.WITHDRAWN.rendered()))
            return
        with queued_uploads.showing_progress(session):
            try_draft(draft, session)
        draft.save(update_fields=["facts", "numbers", "dates"])


def ingest_draft(session: UploadSession, preview: Upload) -> Upload:
    """Ingest the body that was tried."""
    with queued_uploads.stored_body(preview) as body:
        upload = ingest(session, SERIALIZERS[preview.resource], BulkLinesParser.rows(body, "zstd", is_own=True))
    preview.body_parts.all().delete()
    return upload
