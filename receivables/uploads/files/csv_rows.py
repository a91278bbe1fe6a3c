"""A CSV file to a table: cells between commas, semicolons, tabs or bars, quotes read strictly.

The apostrophe that keeps a spreadsheet from running a text is removed (config/exports/defusing.py).
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from config.exports.defusing import undefused
from receivables.uploads.files import messages
from receivables.uploads.files.csv_lines import Lines, Start, start_of
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import MAX_ROW_CHARACTERS, Noticed, Reading, Table, has_value, table_below

csv.field_size_limit(MAX_ROW_CHARACTERS)  # the row's limit is that of its cells


@contextmanager
def csv_table(file: IO[bytes], reading: Reading) -> Iterator[Table]:
    """The table of a CSV file; blank lines are none. Raises FileRefused, also while the records are read."""
    text = io.TextIOWrapper(file, reading.encoding, "surrogateescape", newline="")
    lines = Lines(text)
    try:
        start = start_of(lines.head(), reading.delimiter, reading.known_names)
        noticed = Noticed(delimiter=start.delimiter)
        for cells in start.rows_above:
            noticed.note_above(cells)
        lines.skip(start.lines_above)
        records = _records(lines, start, noticed)
        noticed.header_line, header = next(records, (start.lines_above + 1, []))
        yield table_below(header, "line", records, noticed, is_even=True)
    except UnicodeDecodeError:
        raise lines.undecodable from None
    finally:
        text.detach()  # the file is its opener's to close


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
