"""The lines of a file, cut into parts that a server takes, and the company codes of their rows."""

import gzip
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from customers.imported.numbers import without_invisible
from receivables.uploads.files.positions import NumberedLines, Positions

MOST_BYTES = 256 * 1024 * 1024  # of the lines of a part; a server takes twice as many
LONGEST_CODE = 32  # characters; a row of a longer one is refused


class Lines:
    """The lines of a file, part by part; without `most_rows` all are one part."""

    def __init__(self, lines: NumberedLines, most_rows: int | None):
        self.positions, self.read_count = Positions(), 0
        self._lines, self._most_rows = lines, most_rows
        self._next = next(lines, None)

    @property
    def are_over(self) -> bool:
        return self._next is None

    def of_part(self) -> Iterator[bytes]:
        """Yield the lines of the next part."""
        rows = size = 0
        while self._next and not self._is_full(rows, size):
            position, line = self._next
            self.positions.note(position)
            rows, size = rows + 1, size + len(line)
            self._next = next(self._lines, None)
            yield line
        self.read_count += rows

    def _is_full(self, rows: int, size: int) -> bool:
        return self._most_rows is not None and (rows >= self._most_rows or size >= MOST_BYTES)


class _Row(msgspec.Struct):
    companyCode: Any = ""


def company_codes(body: IO[bytes]) -> list[str]:
    """Return the company codes of gzipped lines, sorted, as the server reads them; none of rows that it refuses."""
    body.seek(0)
    decoder, found = msgspec.json.Decoder(_Row), set[str]()
    with gzip.GzipFile(fileobj=body, mode="rb") as lines:
        for line in lines:
            try:
                found.update(_codes(decoder.decode(line).companyCode))
            except msgspec.MsgspecError:  # no row: its part's receipt says so
                continue
    return sorted(code for code in found if len(code) <= LONGEST_CODE)


def _codes(value: Any) -> Iterator[str]:
    match value:
        case None:
            yield ""
        case str():
            yield without_invisible(value.strip())
        case bool():
            return
        case int() | float():
            yield str(int(value) if value == int(value) else value)
