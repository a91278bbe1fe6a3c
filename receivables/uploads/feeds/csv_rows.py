"""A CSV file to a table: comma or semicolon between cells, quotes read strictly."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO

from receivables.uploads.feeds import messages
from receivables.uploads.feeds.tables import Table, TableRefused, refuse_too_wide

DELIMITERS = ",;"


@contextmanager
def csv_table(file: IO[bytes], encoding: str) -> Iterator[Table]:
    """The table of a CSV file; blank lines are none. Raises TableRefused, also while the records are read."""
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        lines = _records(text)
        _, header = next(lines, (1, []))
        refuse_too_wide("line 1", len(header))
        yield Table([name.strip() for name in header], "line 1", _even(lines, len(header)))
    except UnicodeDecodeError:
        raise TableRefused(messages.NOT_UTF8.told()) from None
    finally:
        text.detach()  # the file is its opener's to close


def _even(lines: Iterator[tuple[int, list[str]]], column_count: int) -> Iterator[tuple[int, list[str]]]:
    for line, cells in lines:
        if len(cells) != column_count:
            raise TableRefused(messages.UNEVEN.told(line=line, count=len(cells), header_count=column_count))
        yield line, cells


def _records(text: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each record begins in, and its cells. Quotes are read strictly: one that is never closed would
    swallow the rows behind it.
    """
    first = next(text, "")
    line = 1
    try:
        reader = csv.reader(chain([first], text), delimiter=_delimiter(first), strict=True)
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused(messages.NO_CSV.told(line=line, reason=error)) from None


def _delimiter(header: str) -> str:
    """Return what cuts the header into more cells."""
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))
