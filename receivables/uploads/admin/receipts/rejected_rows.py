"""The rows that an upload rejected, as files to fix and upload again, and on the page of their invoice.

Of a table of them the same rows can be read again. The contract's fields and other texts have a column each. What a
column would change (a number under a name that the contract lacks, a name that cannot be a column's) is JSON under
`extra`, as in lists. Where no rows are stored, there are their errors.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Set
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import msgspec
from django.db import transaction
from django.db.models.fields.json import KT
from django.http import StreamingHttpResponse
from django.utils.cache import patch_cache_control

from config.exports.cells import is_remark
from config.exports.defusing import defused
from customers.imported.numbers import number_key
from receivables.admin.invoices.page import Rejection
from receivables.models import Invoice
from receivables.uploads.admin.texts import error_text
from receivables.uploads.files.positions import position_at
from receivables.uploads.files.tables import ABSENT_FIELDS, ERRORS, MAX_COLUMNS, REMARKS, ROW, TEXT
from receivables.uploads.messages import printable
from receivables.uploads.models import RejectedRow, Upload
from receivables.uploads.reading.literal_json import BrokenJSON, read_value
from receivables.uploads.reading.refusals import storable
from receivables.uploads.rows.fields import AmountField
from receivables.uploads.rows.json_values import EXTRA, JSONValueField
from receivables.uploads.rows.messages import CELL_FAULTS
from receivables.uploads.rows.serializers import SERIALIZERS

ROWS_AT_ONCE = 500
BOM = "\ufeff"  # by which Excel knows UTF-8


def rejected_rows_as_json(upload: Upload) -> StreamingHttpResponse:
    """Return the stored rows, as they were sent, in one array."""
    return _file(_array(row for row in _rejected(upload) if row.text), "application/json", upload, "json")


def rejected_rows_as_csv(upload: Upload) -> StreamingHttpResponse:
    """Return the rows as a table, each with its position and its errors, to be fixed and read again: a value
    that is absent has an empty cell, and is named among those that the row left out.
    """
    return _file(_table(upload), "text/csv; charset=utf-8", upload, "csv")


def _rejected(upload: Upload) -> Iterator[RejectedRow]:
    if upload.is_dry_run:  # no rows are stored: the receipt's errors name them
        of_rows = [error for error in upload.errors if "index" in error]
        for index, errors in groupby(of_rows, key=itemgetter("index")):
            yield RejectedRow(index=index, text="", errors=list(errors))
        return
    with transaction.atomic():
        yield from upload.rejected_rows.order_by("index").iterator(chunk_size=ROWS_AT_ONCE)


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


MOST_DIGITS = 100  # before or behind the point of a number that is written without its exponent
MOST_NAMES = MAX_COLUMNS - 100  # of columns that the contract lacks
NULL = b"null"
_WITH_EXPONENT = re.compile(r"-?\d{1,100}(?:\.\d{1,100})?[eE][+-]?\d{1,3}", re.ASCII)

Values = dict[str, msgspec.Raw]


def columns_of(rows: Iterable[Values], fields: dict[str, Any]) -> list[str]:
    """Return the names that are columns: the contract's in its order, then others as they come."""
    known: set[str] = set()
    others: dict[str, None] = {}
    for values in rows:
        known |= values.keys() & fields.keys()
        others |= {name: None for name, value in values.items() if name not in fields and _has_column(name, value)}
    return [*filter(known.__contains__, fields), *list(others)[:MOST_NAMES]]


def cells_of(values: Values, fields: dict[str, Any], columns: Set[str]) -> tuple[dict[str, str], Values] | None:
    """Return the texts of a row's cells by the names of their columns, and what no column can hold; None for a row that
    names a value twice.
    """
    cells: dict[str, str] = {}
    beside: Values = {}
    for name, value in values.items():
        if name in fields:
            cells[name] = _of_field(fields[name], bytes(value))
        elif name in columns and _has_column(name, value):
            cells[name] = _decoded(bytes(value)) or ""
        elif name != EXTRA or not bytes(value).startswith(b"{"):
            beside[name] = value
    extra = values.get(EXTRA, msgspec.Raw())
    members = msgspec.json.decode(extra, type=Values) if bytes(extra).startswith(b"{") else {}
    if members.keys() & values.keys():
        return None
    return cells, beside | members


def _has_column(name: str, value: msgspec.Raw) -> bool:
    """Whether a value that the contract lacks is the same when it is read from a column of its own."""
    can_be_column = name == name.strip() and name and name not in REMARKS and name != EXTRA and storable(name)
    if not can_be_column or bytes(value) == NULL:
        return bool(can_be_column)
    text = _decoded(bytes(value))
    return bool(text and text.strip() and storable(text))


def _of_field(known: Any, value: bytes) -> str:
    if value == NULL:
        return ""
    text = _decoded(value)
    if isinstance(known, JSONValueField):
        return value.decode() if text is None or _may_be_json(text) else text
    text = text if text is not None else _of_unread_cell(value)
    if text is None:
        return _plain(value.decode()) if isinstance(known, AmountField) else value.decode()
    return text if storable(text) else printable(text)


def _of_unread_cell(value: bytes) -> str | None:
    """Return the text of a cell that could not be read when the row came from a table."""
    if not value.startswith(b'{"#'):
        return None
    try:
        texts = msgspec.json.decode(value, type=dict[str, str])
    except msgspec.MsgspecError:
        return None
    return next((texts[key] for key in CELL_FAULTS if key in texts), None)


def _decoded(value: bytes) -> str | None:
    """Return the text that a JSON value is, if it is one."""
    if not value.startswith(b'"'):
        return None
    try:
        return msgspec.json.decode(value, type=str)
    except msgspec.MsgspecError:  # half a surrogate pair
        return None


def _may_be_json(text: str) -> bool:
    """Whether the reader of a cell would take its text for something else."""
    if not text.strip() or not storable(text) or is_remark(text):
        return True
    try:
        read_value(text)
    except BrokenJSON:
        return False
    return True


def _plain(literal: str) -> str:
    """Return a number without its exponent, which in a table is the mark of a number that a spreadsheet shortened."""
    if not _WITH_EXPONENT.fullmatch(literal):
        return literal
    number = Decimal(literal)
    return f"{number:f}" if abs(number.adjusted()) < MOST_DIGITS else literal


MOST = 20
_OTHERS = {
    "companyCode": "company_code",
    "accountingDocNumber": "accounting_doc_number",
    "fiscalYear": "fiscal_year",
    "lineItem": "line_item",
}


def rejections(invoice: Invoice) -> list[Rejection]:
    """Return the rejected rows of the invoice's identity, among the newest of its number."""
    numbered = RejectedRow.objects.alias(number=KT("errors__0__identity__invoiceNumber"))
    rows = numbered.filter(number=invoice.invoice_number, upload__account=invoice.account_id, upload__is_dry_run=False)
    newest = rows.select_related("upload").order_by("-upload__created_at", "index")[:MOST]
    return [
        Rejection(
            row.upload_id,
            row.upload.created_at,
            position_at(row.upload.file_lines, row.index) or row.index + 1,
            [error_text(row.upload, error) for error in row.errors],
        )
        for row in newest
        if _names(row.errors[0]["identity"], invoice)
    ]


def _names(identity: dict[str, Any], invoice: Invoice) -> bool:
    if number_key(identity.get("customerNumber", "")) != invoice.customer_number_key:
        return False
    return all(identity.get(name, "") == getattr(invoice, column) for name, column in _OTHERS.items())
