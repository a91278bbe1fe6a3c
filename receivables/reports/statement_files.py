"""Statements of account as files: their names, and the table for spreadsheets."""

import csv
import re
from collections.abc import Generator, Iterable, Iterator
from datetime import date
from itertools import chain
from types import SimpleNamespace
from typing import Any

from rest_framework.renderers import BaseRenderer

from config.exports.copying import in_chunks
from config.exports.defusing import defused
from customers.models import Customer
from receivables.reports.statement import Section
from receivables.reports.statement_serializers import AmountText, StatementItemSerializer, statement_item

COLUMNS = list(dict.fromkeys(["kind", "currency", *StatementItemSerializer().fields]))


class PDFRenderer(BaseRenderer):
    media_type, format, charset = "application/pdf", "pdf", None


def file_headers(customer: Customer, as_of: date, kind: BaseRenderer) -> dict[str, str]:
    """Return the headers that name a file; of the customer's number what is safe in every file system."""
    number = re.sub("[^A-Za-z0-9._-]+", "_", customer.customer_number)
    return {"Content-Disposition": f'attachment; filename="statement-{number}-{as_of}.{kind.format}"'}


def statement_csv(
    sections: Iterable[Section], from_date: date | None, as_of: date, text: AmountText
) -> Generator[bytes, None, None]:
    """Yield a table in pieces: of each currency a line with the opening balance, the items, and one with the closing.

    Nothing is held but the piece.
    """
    file: Any = SimpleNamespace(write=str.encode)  # a writer of CSV returns what `write` does: each line as bytes
    # Only what ends a line is quoted within a cell: a lone \r, too, would end one for its readers.
    table: Any = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
    lines = (table.writerow(_defused(row)) for row in _table_rows(sections, from_date, as_of, text))
    yield from in_chunks(chain([table.writeheader()], lines))


def _table_rows(
    sections: Iterable[Section], from_date: date | None, as_of: date, text: AmountText
) -> Iterator[dict[str, Any]]:
    for section in sections:
        currency = {"currency": section.currency}
        yield currency | {"kind": "opening", "date": from_date, "balance": text(section.opening.amount)}
        for line in section.lines():
            yield currency | statement_item(line, as_of, text)
        yield currency | {"kind": "closing", "date": as_of, "balance": text(section.closing.amount)}


def _defused(row: dict[str, Any]) -> dict[str, Any]:
    return {name: defused(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
