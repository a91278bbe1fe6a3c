"""Workbooks for Excel (ECMA-376): PostgreSQL writes the rows, XlsxWriter the workbook around them."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, NamedTuple

from django.db.models import QuerySet

from config.exports.cells import ROW_NUMBER, sheet_row
from config.exports.copying import RAW, copied, in_chunks
from config.exports.frames import around_rows, frame, sheet_path
from config.exports.zipping import zipped


class Room(NamedTuple):
    """What a sheet takes under its heading; the row that reaches the bytes of XML still stands in it."""

    rows: int
    bytes: int


# As many rows as Excel has; and of bytes what `zipped` takes, but for the longest row.
WHOLE_SHEET = Room(rows=1_048_575, bytes=2_140_000_000)


def spreadsheet(
    rows: QuerySet[Any], columns: dict[str, Any], name: str, room: Room = WHOLE_SHEET
) -> Generator[bytes, None, None]:
    """Yield a workbook; rows that are too many for one sheet go on in the next, under the same heading."""
    with closing(copied(rows.values_list(sheet_row(columns)), RAW)) as written:
        yield from zipped(Sheets(written, columns, name, room).parts())


class Sheets:
    """Rows on their way into sheets, which come first in the archive: how many they are is known only behind them."""

    def __init__(self, rows: Iterator[bytes], columns: dict[str, Any], name: str, room: Room):
        self.rows, self.columns, self.name, self.room = rows, columns, name, room
        self.next_row = next(rows, None)
        self.lengths: list[int] = []

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        while self.next_row is not None or not self.lengths:
            self.lengths.append(0)
            yield sheet_path(len(self.lengths)), self._sheet()
        sheets = {sheet_path(number) for number in range(1, len(self.lengths) + 1)}
        yield from ((path, iter([part])) for path, part in self._frame().items() if path not in sheets)

    def _sheet(self) -> Iterator[bytes]:
        path = sheet_path(len(self.lengths))
        yield around_rows(self._frame()[path])[0]
        yield from in_chunks(self._numbered_rows())
        yield around_rows(self._frame()[path])[1]

    def _numbered_rows(self) -> Iterator[bytes]:
        """Yield the rows of a sheet, numbered from 2: the heading is its first."""
        written = 0
        while self.next_row is not None and self.lengths[-1] < self.room.rows and written < self.room.bytes:
            self.lengths[-1] += 1
            row = self.next_row.replace(ROW_NUMBER.encode(), b"%d" % (self.lengths[-1] + 1))
            written += len(row)
            yield row
            self.next_row = next(self.rows, None)

    def _frame(self) -> dict[str, bytes]:
        return frame(self.name, self.columns, self.lengths)
