"""Workbooks for Excel (ECMA-376): PostgreSQL writes the rows, XlsxWriter the workbook around them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.db.models import QuerySet

from customers.exports.cells import ROW_NUMBER, sheet_row
from customers.exports.copying import RAW, copied, in_chunks
from customers.exports.frames import around_rows, frame, sheet_path
from customers.exports.zipping import zipped

ROWS_OF_A_SHEET = 1_048_575  # as many as Excel has, but for the heading
BYTES_OF_A_SHEET = 2_000_000_000  # with the last row still below what `zipped` takes


def spreadsheet(
    rows: QuerySet[Any], columns: dict[str, Any], name: str, rows_of_a_sheet: int = ROWS_OF_A_SHEET
) -> Iterator[bytes]:
    """Yield a workbook; rows that are too many for one sheet go on in the next, under the same heading."""
    with closing(copied(rows.values_list(sheet_row(columns)), RAW)) as written:
        yield from zipped(Sheets(written, columns, name, rows_of_a_sheet).parts())


class Sheets:
    """Rows on their way into sheets, which come first in the archive: how many they are is known only behind them."""

    def __init__(self, rows: Iterator[bytes], columns: dict[str, Any], name: str, rows_of_a_sheet: int):
        self.rows, self.columns, self.name, self.rows_of_a_sheet = rows, columns, name, rows_of_a_sheet
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
        room = BYTES_OF_A_SHEET
        while self.next_row is not None and self.lengths[-1] < self.rows_of_a_sheet and room > 0:
            self.lengths[-1] += 1
            row = self.next_row.replace(ROW_NUMBER.encode(), b"%d" % (self.lengths[-1] + 1))
            room -= len(row)
            yield row
            self.next_row = next(self.rows, None)

    def _frame(self) -> dict[str, bytes]:
        return frame(self.name, self.columns, self.lengths)
