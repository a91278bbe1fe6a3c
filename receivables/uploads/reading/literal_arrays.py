"""Arrays read literally, part by part as they arrive: the slow way, which can say where a body breaks."""

from collections.abc import Iterator
from json.decoder import JSONDecodeError

from receivables.uploads.messages import Phrase
from receivables.uploads.reading import messages
from receivables.uploads.reading.literal_json import (
    BrokenJSON,
    LiteralRow,
    after_blanks,
    is_cut_short,
    nothing_after,
    value_at,
)

BATCH_ROWS = 10_000  # at a time: a row of one digit needs a hundred times its bytes


class LiteralArray:
    """Reads the rows of an array from a text that begins at this row, line and column of the body."""

    def __init__(self, index: int, line: int, column: int):
        self.index, self.line, self.column = index, line, column

    def whole_rows(self, text: str) -> tuple[list[LiteralRow], int]:
        """Return rows that a comma ends, and the position behind it; raise BrokenJSON where the first has no end."""
        rows: list[LiteralRow] = []
        position = 0
        while len(rows) < BATCH_ROWS:
            try:
                row, end = self._row_at(text, after_blanks(text, position), len(rows))
            except BrokenJSON:
                if not rows:
                    raise
                return rows, position
            mark = text[end : end + 1]
            if mark not in (",", "]", ""):
                raise self._broken(text, JSONDecodeError(messages.NO_COMMA, text, end), len(rows))
            if mark != ",":
                return rows, position
            rows.append(row)
            position = end + 1
        return rows, position

    def last_rows(self, text: str) -> Iterator[list[LiteralRow]]:
        """Yield the rows up to the closing bracket, which nothing may follow; raises BrokenJSON."""
        rows: list[LiteralRow] = []
        position = after_blanks(text, 0)
        if text.startswith("]", position) and not self.index:
            nothing_after(text, position + 1)
            return
        while True:
            row, position = self._row_at(text, position, len(rows))
            rows.append(row)
            mark = text[position : position + 1]
            if mark == "]":
                nothing_after(text, position + 1)
                yield rows
                return
            if mark != ",":
                raise self._broken(text, JSONDecodeError(messages.NO_COMMA, text, position), len(rows) - 1)
            position = after_blanks(text, position + 1)
            if len(rows) == BATCH_ROWS:
                yield rows
                self.index += len(rows)
                rows = []

    def _row_at(self, text: str, position: int, rows: int) -> tuple[LiteralRow, int]:
        try:
            value, end = value_at(text, position)
            return LiteralRow(value, text[position:end].rstrip()), end
        except JSONDecodeError as error:
            raise self._broken(text, error, rows) from None
        except BrokenJSON as broken:
            broken.index = self.index + rows
            raise

    def _broken(self, text: str, error: JSONDecodeError, rows: int) -> BrokenJSON:
        index = self.index + rows
        if is_cut_short(text, error):
            return BrokenJSON(messages.CUT_SHORT.rendered(), index)
        lines = text.count("\n", 0, error.pos)
        column = error.pos - text.rfind("\n", 0, error.pos) if lines else self.column + error.pos
        near = repr(text[error.pos : error.pos + 20])
        where = {"line": self.line + lines, "column": column, "near": near}
        return BrokenJSON(messages.NO_JSON.rendered(**where, reason=Phrase(error.msg)), index)
