"""A CSV file to a table: comma or semicolon between cells, quotes read strictly."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO

from receivables.uploads.feeds import messages
from receivables.uploads.feeds.tables import (
    MAX_BEFORE_HEADER,
    MAX_ROW_CHARACTERS,
    Table,
    TableRefused,
    refuse_too_wide,
    too_long_row,
)

DELIMITERS = ",;"


@contextmanager
def csv_table(file: IO[bytes], encoding: str) -> Iterator[Table]:
    """The table of a CSV file; blank lines are none. Raises TableRefused, also while the records are read."""
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        lines = _records(_BoundedLines(text))
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


class _BoundedLines(Iterator[str]):
    """The lines of a text. Raises TableRefused for a record, of one line or many, that is longer than any row."""

    def __init__(self, text: io.TextIOWrapper):
        self._text = text
        self.line, self.characters, self.since_record = 1, 0, 0

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.characters += len(line)
        self.since_record += len(line)
        if self.since_record > MAX_ROW_CHARACTERS:
            raise too_long_row(f"line {self.line}")
        return line

    def next_record_begins(self, line: int) -> None:
        self.line, self.since_record = line, 0


def _records(lines: _BoundedLines) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each record begins in, and its cells. Quotes are read strictly: one that is never closed would
    swallow the rows behind it.
    """
    first = next(lines, "")
    is_under_header = False
    try:
        reader = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
        for cells in reader:
            if cells:
                yield lines.line, cells
                is_under_header = True
            elif lines.characters > MAX_BEFORE_HEADER and not is_under_header:
                raise TableRefused(messages.NO_HEADER.told())
            lines.next_record_begins(reader.line_num + 1)
    except csv.Error as error:
        raise TableRefused(messages.NO_CSV.told(line=lines.line, reason=error)) from None


def _delimiter(header: str) -> str:
    """Return what cuts the header into more cells."""
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))
