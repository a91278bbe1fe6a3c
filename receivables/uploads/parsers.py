"""From a request's body to raw rows."""

import codecs
from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser

from receivables.uploads.literal_json import BrokenJSON, rows_of

CHUNK = 1024 * 1024
_raw_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode


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
        body = _body(stream, settings.UPLOAD_MAX_BYTES).removeprefix(codecs.BOM_UTF8)
        _refuse_unless_utf8(body)
        return _split(body, settings.UPLOAD_MAX_ROWS)


def _one_row(body: bytes) -> list[msgspec.Raw]:
    return [msgspec.json.decode(body, type=msgspec.Raw)]


def _split(body: bytes, max_rows: int) -> list[Any]:
    """Return the rows still raw, as views of the body; of a body that breaks, say where, row by row."""
    try:
        rows = _one_row(body) if body.lstrip()[:1] == b"{" else _raw_rows(body)
    except (msgspec.MsgspecError, RecursionError):
        return _literal_rows(body.decode(), max_rows)
    if len(rows) > max_rows:
        raise _too_many(max_rows)
    return rows


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


def _refuse_unless_utf8(body: bytes) -> None:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in body[:4]:
        raise BodyRefused(400, "not_utf8", "The body is UTF-16 or UTF-32. Send it in UTF-8.")
    decoder, checked = codecs.getincrementaldecoder("utf-8")(), 0
    view = memoryview(body)
    try:
        for checked in range(0, len(body), CHUNK):
            decoder.decode(view[checked : checked + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        message = f"The body is not UTF-8, in the megabyte after byte {checked:,}. Send it in UTF-8."
        raise BodyRefused(400, "not_utf8", message) from None


def _literal_rows(text: str, max_rows: int) -> list[Any]:
    rows = []
    try:
        for row in rows_of(text):
            rows.append(row)
            if len(rows) > max_rows:
                raise _too_many(max_rows)
    except BrokenJSON as broken:
        raise BodyRefused(400, broken.code, broken.message, broken.index, broken.field) from None
    return rows


def _too_many(max_rows: int) -> BodyRefused:
    message = f"The array has more than {max_rows:,} rows, the most in one upload. Split it."
    return BodyRefused(413, "too_many_rows", message)
