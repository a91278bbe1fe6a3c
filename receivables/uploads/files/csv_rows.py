"""A CSV file to a table: cells between commas, semicolons, tabs or bars, quotes read strictly.

The apostrophe that keeps a spreadsheet from running a text is taken off again (config/exports/defusing.py).
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO

from config.exports.defusing import undefused
from receivables.uploads.files import messages
from receivables.uploads.files.csv_lines import Lines, Start, start_of
from receivables.uploads.files.headings import CONTRACT, REMARKS, heading_of
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import (
    MAX_ROW_CHARACTERS,
    Noticed,
    Reading,
    Table,
    has_value,
    refuse_too_long,
    refuse_too_wide,
)

csv.field_size_limit(MAX_ROW_CHARACTERS)  # the row's limit is that of its cells


@contextmanager
def csv_table(file: IO[bytes], reading: Reading) -> Iterator[Table]:
    """The table of a CSV file; blank lines are none. Raises FileRefused, also while the records are read."""
    text = io.TextIOWrapper(file, reading.encoding, "surrogateescape", newline="")
    lines = Lines(text)
    try:
        start = start_of(lines.head(), reading.delimiter, {*CONTRACT, *REMARKS, *reading.known, *reading.columns})
        noticed = _noticed(start)
        lines.skip(start.lines_above)
        records = _records(lines, start, noticed)
        line, cells = next(records, (start.lines_above + 1, []))
        where, noticed.header_line = f"line {line}", line
        refuse_too_wide(where, len(cells))
        refuse_too_long(where, cells)
        heading = heading_of(cells)
        table = Table(heading.names, where, records, heading.nameless, heading.repeated or {}, noticed=noticed)
        yield replace(table, records=table.evened())
    except UnicodeDecodeError:
        raise lines.undecodable from None
    finally:
        text.detach()  # the file is its opener's to close


def _noticed(start: Start) -> Noticed:
    noticed = Noticed(delimiter=start.delimiter)
    for cells in start.rows_above:
        noticed.note_above(cells)
    return noticed


def _records(lines: Lines, start: Start, noticed: Noticed) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each record begins in, and its cells. Quotes are read strictly: one that is never closed would
    swallow the rows behind it.
    """
    above = start.lines_above + 1
    lines.next_record_begins(above)
    try:
        reader = csv.reader(lines, delimiter=start.delimiter, strict=True)
        for cells in reader:
            if lines.has_apostrophe:
                cells = [undefused(cell) for cell in cells]
                lines.has_apostrophe = False
            if has_value(cells):
                yield lines.record_line, cells
            else:
                noticed.blank_rows += 1
            lines.next_record_begins(above + reader.line_num)
    except csv.Error as error:
        raise FileRefused(messages.NO_CSV, line=lines.record_line, reason=error) from None
