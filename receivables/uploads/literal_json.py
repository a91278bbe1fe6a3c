"""JSON read literally: numbers as they were written, repeated keys noticed, rows one by one.

A float would round amounts, and a plain dict would drop a repeated key in silence.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from json.decoder import JSONDecodeError
from typing import Any

_BLANK = re.compile(r"[ \t\n\r]*")
_TOKENS = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"|[\[\]{}]')


class NumberLiteral(str):
    """A JSON number as it was written: 12, 12.0 and 1.2e1 are three literals."""

    __slots__ = ()


class NotANumber:
    """NaN, Infinity or -Infinity, which some writers put where JSON has no place for them."""

    def __init__(self, text: str):
        self.text = text


class RepeatedKeys(dict[str, Any]):
    """An object that names a key twice; `repeated` is the first such key."""

    repeated: str


class BrokenJSON(ValueError):
    """The text is no JSON, or nests too deep to be read; `index` is the row it breaks in, `field` its key if known."""

    def __init__(self, code: str, message: str, index: int | None = None, field: str | None = None):
        super().__init__(message)
        self.code, self.message, self.index, self.field = code, message, index, field


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


def rows_of(text: str) -> Iterator[Any]:
    """Yield the rows of a JSON array, or the one row of a lone object.

    Raises BrokenJSON, with the row's index where it lies in one.
    """
    start = _after_blanks(text, 0)
    if text[start : start + 1] == "[":
        yield from _rows_of_array(text, start + 1)
        return
    if text[start : start + 1] != "{":
        raise BrokenJSON("not_an_array", _not_an_array(text[start:]))
    row, end = _row_at(text, start, 0)
    yield row
    _nothing_after(text, end)


def read_value(text: str) -> Any:
    """Return one JSON value, read literally; raises BrokenJSON."""
    value, end = _row_at(text, _after_blanks(text, 0), 0)
    _nothing_after(text, end)
    return value


def _not_an_array(text: str) -> str:
    if not text:
        return "The body is empty. Send a JSON array of rows."
    return f"The body begins with {text[:20]!r}. Send a JSON array of rows, or one row as an object."


def _rows_of_array(text: str, position: int) -> Iterator[Any]:
    position = _after_blanks(text, position)
    if text[position : position + 1] == "]":
        return _nothing_after(text, position + 1)
    index = 0
    while True:
        row, position = _row_at(text, position, index)
        yield row
        mark = text[position : position + 1]
        if mark == "]":
            return _nothing_after(text, position + 1)
        if mark != ",":
            raise _broken(text, position, index, "a comma or the closing bracket is missing after this row")
        position, index = _after_blanks(text, position + 1), index + 1


def _row_at(text: str, position: int, index: int) -> tuple[Any, int]:
    try:
        row, end = _decoder.raw_decode(text, position)
    except JSONDecodeError as error:
        raise _broken(text, error.pos, index, error.msg) from None
    except RecursionError:
        field = _deepest_field(text, position)
        raise BrokenJSON("too_deep", "is nested too deep to be read. Flatten it.", index, field) from None
    return row, _after_blanks(text, end)


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


def _after_blanks(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    assert match is not None
    return match.end()


def _nothing_after(text: str, position: int) -> None:
    end = _after_blanks(text, position)
    if end < len(text):
        raise BrokenJSON("invalid_json", f"The body goes on after its end, with {text[end : end + 20]!r}.")


def _broken(text: str, position: int, index: int, reason: str) -> BrokenJSON:
    if position >= len(text) or reason.startswith("Unterminated"):
        return BrokenJSON("truncated_json", "the body ends here, before the array does; send it whole.", index)
    line, column = (text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
    near = text[position : position + 20]
    message = f"is no JSON at line {line}, column {column}, near {near!r}: {reason}."
    return BrokenJSON("invalid_json", message, index)
