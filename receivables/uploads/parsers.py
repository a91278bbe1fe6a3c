"""From a request's body to raw rows."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser

from receivables.uploads.literal_json import BrokenJSON, rows_of

CHUNK = 1024 * 1024


class BodyRefused(Exception):
    """The body cannot be read as rows. `status` is the HTTP status of the answer; `index` counts rows from 0."""

    def __init__(self, status: int, code: str, message: str, index: int | None = None, field: str | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.index, self.field = (status, code, message, index, field)


class BulkJSONParser(BaseParser):
    """A JSON array of rows, or one row as an object, in UTF-8; numbers stay as written.

    Raises BodyRefused: 413 for too many bytes or rows, 400 for everything else.
    """

    media_type = "application/json"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> list[Any]:
        text = _text(_body(stream, settings.UPLOAD_MAX_BYTES))
        try:
            return _rows(text, settings.UPLOAD_MAX_ROWS)
        except BrokenJSON as broken:
            raise BodyRefused(400, broken.code, broken.message, broken.index, broken.field) from None


def _body(stream: IO[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    try:
        while data := stream.read(CHUNK):
            body += data
            if len(body) > max_bytes:
                raise BodyRefused(413, "body_too_large", f"The body passes {max_bytes:,} bytes. Split the array.")
    except UnreadablePostError as error:
        message = "The body ended before its declared length: the connection was lost on the way. Send it again."
        raise BodyRefused(400, "body_cut_short", message) from error
    return bytes(body)


def _text(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:4]:
        raise BodyRefused(400, "not_utf8", "The body is UTF-16 or UTF-32. Send it in UTF-8.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 at byte {error.start}. Send it in UTF-8."
        raise BodyRefused(400, "not_utf8", message) from None


def _rows(text: str, max_rows: int) -> list[Any]:
    rows = []
    for row in rows_of(text):
        rows.append(row)
        if len(rows) > max_rows:
            message = f"The array has more than {max_rows:,} rows, the most in one upload. Split it."
            raise BodyRefused(413, "too_many_rows", message)
    return rows
