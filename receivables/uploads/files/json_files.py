"""JSON files to rows: an array, an object, or newline-delimited JSON; each row as a line."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO

from receivables.uploads.files.messages import IN_ROW, FileRefused
from receivables.uploads.files.positions import NumberedLines
from receivables.uploads.reading.bodies import CHUNK
from receivables.uploads.reading.literal_json import LiteralRow
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.reading.splitting import numbered_rows_of_lines, rows_of_array

# JSON has no line break within a string (RFC 8259, section 7): those of a row are all between its tokens.
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def lines_of_array(file: IO[bytes]) -> NumberedLines:
    """Yield the rows of a JSON array, or of one object. The lines that they begin in are not known."""
    with _refusing_the_file():
        for rows in rows_of_array(_chunks(file)):
            for row in rows:
                written = row.text.encode() if isinstance(row, LiteralRow) else row
                yield None, written.translate(_ONE_LINE) + b"\n"


def lines_of_ndjson(file: IO[bytes]) -> NumberedLines:
    """Yield the rows of newline-delimited JSON, each with the number of its line."""
    with _refusing_the_file():
        for number, row in numbered_rows_of_lines(_chunks(file)):
            yield number, row.translate(_ONE_LINE) + b"\n"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(file.read, CHUNK), b"")


@contextmanager
def _refusing_the_file() -> Iterator[None]:
    """Refuse the file for what refuses a body; say in which row, counted from 1, where that is known."""
    try:
        yield
    except BodyRefused as refusal:
        if refusal.index is None:
            raise FileRefused(refusal.rendered) from None
        number, field = refusal.index + 1, f"{refusal.field} " if refusal.field else ""
        raise FileRefused(IN_ROW, number=number, field=field, problem=refusal.rendered) from None
