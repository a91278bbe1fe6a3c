"""The rows that an upload rejected, as files to fix and upload again; where no rows are stored, their errors."""

import csv
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_cache_control

from config.exports.defusing import defused
from receivables.uploads.admin.receipts.rejected_cells import cells_of, columns_of
from receivables.uploads.admin.translated import error_text
from receivables.uploads.files.headings import ABSENT_FIELDS, ERRORS, ROW, TEXT
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import RejectedRow, Upload
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.rows.unknown_keys import EXTRA

ROWS_AT_ONCE = 500
BOM = "\ufeff"  # by which Excel knows UTF-8


def rejected_rows_as_json(request: HttpRequest, upload: Upload) -> StreamingHttpResponse:
    """Return the stored rows, as they were sent, in one array."""
    return _file(_array(row for row in _rejected(upload) if row.text), "application/json", upload, "json")


def rejected_rows_as_csv(request: HttpRequest, upload: Upload) -> StreamingHttpResponse:
    """Return the rows as a table, each with its place and its errors, to be fixed and read again: a value
    that is absent has an empty cell, and is named among those that the row left out.
    """
    return _file(_table(upload), "text/csv; charset=utf-8", upload, "csv")


def _rejected(upload: Upload) -> Iterator[RejectedRow]:
    if upload.is_dry_run:
        yield from _of_receipt(upload)
        return
    with transaction.atomic():
        yield from upload.rejected_rows.order_by("index").iterator(chunk_size=ROWS_AT_ONCE)


def _of_receipt(upload: Upload) -> Iterator[RejectedRow]:
    """Return the rows that a receipt's errors name, where no rows are stored."""
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
        yield before + "\n" + msgspec.json.encode(row.raw_json).decode()
        before = ","
    yield "\n]\n" if before == "," else "[]\n"


def _table(upload: Upload) -> Iterator[str]:
    fields: Any = SERIALIZERS[upload.resource]().fields
    columns = columns_of((_values(row) or {} for row in _rejected(upload)), fields)
    target: Any = SimpleNamespace(write=str)  # which hands each line back
    write: Any = csv.writer(target).writerow
    yield BOM + write([ROW, ERRORS, *map(defused, columns), EXTRA, ABSENT_FIELDS, TEXT])
    for row in _rejected(upload):
        errors = " ".join(error_text(upload, error) for error in row.errors)
        yield write(
            [position_at(upload.file_lines, row.index), defused(errors), *map(defused, _cells(row, fields, columns))]
        )


def _cells(row: RejectedRow, fields: Any, columns: list[str]) -> list[str]:
    """Return the cells of a row: its values, what it has beside them, which columns it left out, or else its text."""
    values = _values(row)
    cells = None if values is None else cells_of(values, fields, set(columns))
    if cells is None:
        return [*("" for _ in columns), "", "", row.text]
    by_name, beside = cells
    left_out = [name for name in columns if name not in by_name]
    extra, names = (msgspec.json.encode(each).decode() if each else "" for each in (beside, left_out))
    return [*(by_name.get(name, "") for name in columns), extra, names, ""]


def _values(row: RejectedRow) -> dict[str, msgspec.Raw] | None:
    """Return the values of a row as they were written, or None for one that is no object. The errors of a row that is
    not stored have its own numbers.
    """
    if not row.text:
        numbers = row.errors[0].get("identity", {})
        return {name: msgspec.Raw(msgspec.json.encode(number)) for name, number in numbers.items()}
    try:
        return msgspec.json.decode(row.text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        return None
