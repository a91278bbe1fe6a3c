"""JSON read literally: numbers as they were written, repeated keys noticed.

A float would round amounts, and a plain dict would drop a repeated key in silence. It is the slow way to read an array,
part by part as it arrives, which can say where a body breaks.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from json.decoder import JSONDecodeError
from typing import Any

from receivables.uploads.messages import Phrase, RenderedMessage
from receivables.uploads.reading import messages

BATCH_ROWS = 10_000  # at a time: a row of one digit needs a hundred times its bytes
_BLANK = re.compile(r"[ \t\n\r]*")
_TOKENS = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"|[\[\]{}]')


class NumberLiteral(str):
    """A JSON number as it was written: 12, 12.0 and 1.2e1 are three literals."""

    __slots__ = ()


class NotANumber:
    """NaN, Infinity or -Infinity, which some programs write although JSON has no such values."""

    def __init__(self, text: str):
        self.text = text


class RepeatedKeys(dict[str, Any]):
    """An object that names a key twice; `repeated` is the first such key."""

    repeated: str


class LiteralRow:
    """A row that was read literally, because msgspec does not accept it."""

    def __init__(self, value: Any, text: str):
        self.value, self.text = value, text


class BrokenJSON(ValueError):
    """The text is no JSON, or nests too deep to be read; `index` is the row it breaks in, `field` its key if known."""

    def __init__(self, rendered: RenderedMessage, index: int | None = None, field: str | None = None):
        super().__init__(rendered.message)
        self.rendered, self.index, self.field = rendered, index, field


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    marked = RepeatedKeys(found)
    marked.repeated = next(name for name, count in counts.items() if count > 1)
    return marked


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=NumberLiteral, parse_float=NumberLiteral, parse_constant=NotANumber
)


def read_value(text: str) -> Any:
    """Return one JSON value, read literally; raises BrokenJSON."""
    try:
        value, end = value_at(text, after_blanks(text, 0))
    except JSONDecodeError as error:
        if is_cut_short(text, error):
            raise BrokenJSON(messages.ROW_CUT_SHORT.rendered()) from None
        where = {"character": error.pos + 1, "near": repr(text[error.pos : error.pos + 20])}
        raise BrokenJSON(messages.ROW_NO_JSON.rendered(**where, reason=Phrase(error.msg))) from None
    nothing_after(text, end)
    return value


def value_at(text: str, position: int) -> tuple[Any, int]:
    """Return the value that starts there, and the position behind its blanks; raises JSONDecodeError, BrokenJSON."""
    try:
        value, end = _decoder.raw_decode(text, position)
    except RecursionError:
        field = _deepest_field(text, position)
        raise BrokenJSON(messages.TOO_DEEP_TO_READ.rendered(), field=field) from None
    return value, after_blanks(text, end)


def is_cut_short(text: str, error: JSONDecodeError) -> bool:
    return error.pos >= len(text) or error.msg.startswith("Unterminated")


def _deepest_field(text: str, position: int) -> str | None:
    """Return the key of the row at `position` under which the nesting runs away."""
    depth, field = 0, None
    for token in _TOKENS.finditer(text, position):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif depth == 1:
            field = token["text"]
        if depth > 100:
            break
    return field


def after_blanks(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    assert match is not None
    return match.end()


class TrailingText(BrokenJSON):
    """Something follows the value."""


def nothing_after(text: str, position: int) -> None:
    """Raise TrailingText where anything but blanks follows."""
    end = after_blanks(text, position)
    if end < len(text):
        raise TrailingText(messages.ROW_GOES_ON.rendered(text=repr(text[end : end + 20])))


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
