"""The rows that an upload did not take, as files to mend and upload again; where none is kept, their errors."""

import csv
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_cache_control

from customers.exports.defusing import defused
from receivables.uploads.admin.translated import error_text
from receivables.uploads.desk.places import place_of
from receivables.uploads.feeds.headings import ERRORS, ROW, TEXT
from receivables.uploads.feeds.tables import field_names
from receivables.uploads.models import RejectedRow, Upload
from receivables.uploads.receipts import raw_json

ROWS_AT_ONCE = 500
BOM = "\ufeff"  # by which Excel knows UTF-8


def rejected_rows_as_json(request: HttpRequest, upload: Upload) -> StreamingHttpResponse:
    """Return the rows that are kept, as they were sent, in one array."""
    return _file(_array(row for row in _rejected(upload) if row.text), "application/json", upload, "json")


def rejected_rows_as_csv(request: HttpRequest, upload: Upload) -> StreamingHttpResponse:
    """Return the rows as a table, each with its place and its errors; a value that is absent has an empty cell."""
    return _file(_table(upload), "text/csv; charset=utf-8", upload, "csv")


def _rejected(upload: Upload) -> Iterator[RejectedRow]:
    if upload.is_dry_run:
        yield from _of_receipt(upload)
        return
    with transaction.atomic():
        yield from upload.rejected_rows.order_by("index").iterator(chunk_size=ROWS_AT_ONCE)


def _of_receipt(upload: Upload) -> Iterator[RejectedRow]:
    """Return what a receipt says of its rows, where nothing else is kept."""
    of_rows = [error for error in upload.errors if "index" in error]
    for index, errors in groupby(of_rows, key=itemgetter("index")):
        yield RejectedRow(index=index, text="", errors=list(errors))


def _file(chunks: Iterable[str], content_type: str, upload: Upload, extension: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(chunks, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="rejected-{upload.pk}.{extension}"'
    patch_cache_control(response, private=True)
    return response


def _array(rows: Iterable[RejectedRow]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield before + "\n" + msgspec.json.encode(raw_json(row.text)).decode()
        before = ","
    yield "\n]\n" if before == "," else "[]\n"


class _Line:
    """What a CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def _table(upload: Upload) -> Iterator[str]:
    names = _names(upload)
    write: Any = csv.writer(_Line()).writerow
    yield BOM + write([ROW, ERRORS, *map(defused, names), TEXT])
    for row in _rejected(upload):
        values = _values(row)
        errors = " ".join(error_text(upload, error) for error in row.errors)
        cells = [_cell(values.get(name)) for name in names] if values is not None else [""] * len(names)
        text = "" if values is not None else defused(row.text)
        yield write([place_of(upload, row.index), defused(errors), *cells, text])


def _names(upload: Upload) -> list[str]:
    """Return the keys of the rows: the contract's in its order, then others as they come."""
    found: dict[str, None] = {}
    for row in _rejected(upload):
        found |= dict.fromkeys(_values(row) or {})
    known = [name for name in field_names(upload.resource) if name in found]
    return [*known, *(name for name in found if name not in known)]


def _values(row: RejectedRow) -> dict[str, msgspec.Raw] | None:
    """Return the values of a row as they were written, or None for one that is no object. Of a row that is not kept its
    errors have its own numbers.
    """
    if not row.text:
        numbers = row.errors[0].get("identity", {})
        return {name: msgspec.Raw(msgspec.json.encode(number)) for name, number in numbers.items()}
    try:
        return msgspec.json.decode(row.text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        return None


def _cell(value: msgspec.Raw | None) -> str:
    if value is None or bytes(value) == b"null":
        return ""
    written = bytes(value)
    return defused(msgspec.json.decode(written) if written.startswith(b'"') else written.decode())
