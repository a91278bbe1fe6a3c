"""Chunks of a body into raw rows, a batch at a time: memory does not grow with the body.

A JSON array is cut where one object ends and the next begins. msgspec tells whether such a cut is right: before a wrong
one (within a text, or deeper) there is no array of whole values. What msgspec does not accept is read literally, to say
where it breaks.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import msgspec

from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading import messages
from receivables.uploads.reading.literal_json import BrokenJSON, LiteralArray, LiteralRow, TrailingText, read_value
from receivables.uploads.reading.refusals import BodyRefused, wrapping_key

MAX_ROW_BYTES = 4 * 1024 * 1024
MAX_CUTS_TRIED = 50
TAIL = 64 * 1024  # the cut is sought at the end of what came
FIRST_KEY = re.compile(rb'\{[ \t\n\r]*"[^"\\]{1,100}"')
BLANKS = b" \t\n\r"
BLANK_LINES = re.compile(rb"\n[ \t\r\n]*\n")
FILLED_LINE = re.compile(rb"[^ \t\r\n][^\n]*")
FEW_BYTES = 8  # no row has fewer: lines that are so short on average are blank for the most part

OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What each begins with (RFC 1952, RFC 8878). Of other compressions no HTTP client makes a body by a mere option.
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
ARCHIVE = b"PK\x03\x04"  # of a ZIP archive, which a workbook of Excel is, too

RawRow = bytes | LiteralRow  # as it was sent, wherever msgspec can cut it out
_raw_values = msgspec.json.Decoder(list[msgspec.Raw]).decode


def without_signature(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass chunks on without the byte order mark that some writers put before UTF-8."""
    arriving = iter(chunks)
    start = next(arriving, b"")
    while len(start) < 4 and (more := next(arriving, b"")):
        start += more
    if coding := next((coding for signature, coding in COMPRESSED.items() if start.startswith(signature)), None):
        is_declared = getattr(chunks, "coding", "identity") != "identity"
        rendered = messages.COMPRESSED_TWICE.rendered() if is_declared else messages.COMPRESSED.rendered(coding=coding)
        raise BodyRefused(400, rendered)
    if start.startswith(ARCHIVE):
        raise BodyRefused(400, messages.ARCHIVE.rendered())
    if start.startswith(OTHER_ENCODINGS) or b"\0" in start[:4]:
        raise BodyRefused(400, messages.WIDE_ENCODING.rendered())
    yield start.removeprefix(codecs.BOM_UTF8)
    yield from arriving


def rows_of_array(chunks: Iterable[bytes]) -> Iterator[list[RawRow]]:
    """Yield the rows of a JSON array, or the one row of a lone object, in batches; blanks alone have none. Raises
    BodyRefused, 400.
    """
    arriving = without_signature(chunks)
    start = next(filter(None, (chunk.lstrip(BLANKS) for chunk in arriving)), b"")
    if start[:1] == b"{":
        yield [_lone_row(start, arriving)]
    elif start[:1] == b"[":
        yield from _ArrayRows(arriving).batches(start[1:])
    elif start.startswith((b'"[', b'"{')):
        raise BodyRefused(400, messages.JSON_IN_TEXT.rendered())
    elif start:
        text = repr(start[:20].decode(errors="replace"))
        raise BodyRefused(400, messages.NOT_AN_ARRAY.rendered(text=text))


def rows_of_lines(chunks: Iterable[bytes]) -> Iterator[list[RawRow]]:
    """Yield the rows of newline-delimited JSON in batches; blank lines are none. A line that is no JSON is a row
    too, so that it is refused by itself. Raises BodyRefused, 400.
    """
    rest, read = b"", 0
    for chunk in without_signature(chunks):
        data = rest + chunk
        if data.count(b"\n") * FEW_BYTES > len(data):  # so many blank lines would cost much, one by one
            data = BLANK_LINES.sub(b"\n", data)
        *lines, rest = data.split(b"\n")
        rows: list[RawRow] = [line for line in lines if line.strip(BLANKS)]
        read += len(rows)
        if len(rest) > MAX_ROW_BYTES:
            raise _endless_object(rest, read)
        yield rows
    if rest.strip(BLANKS):
        yield [rest]


def numbered_rows_of_lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of newline-delimited JSON, each with its line, counted from 1. Raises BodyRefused, 400."""
    rest, line, read = b"", 1, 0
    for chunk in chain(without_signature(chunks), [b"\n"]):
        data, at = rest + chunk, 0
        end = data.rfind(b"\n") + 1
        for row in FILLED_LINE.finditer(data, 0, end):
            line += data.count(b"\n", at, row.start())
            yield line, row[0]
            read, at = read + 1, row.end()
        line += data.count(b"\n", at, end)
        rest = data[end:]
        if len(rest) > MAX_ROW_BYTES:
            raise _endless_object(rest, read)


def _lone_row(start: bytes, arriving: Iterator[bytes]) -> RawRow:
    text = start
    for chunk in arriving:
        text += chunk
        if len(text) > MAX_ROW_BYTES:
            raise _endless_object(text, 0)
    if (rows := _raw_rows(b"[" + text + b"]")) is not None and len(rows) == 1:
        return rows[0]
    try:
        return LiteralRow(read_value(text.decode()), text.decode())
    except UnicodeDecodeError:
        raise BodyRefused(400, messages.NOT_UTF8.rendered(), 0) from None
    except TrailingText:
        raise BodyRefused(400, messages.OBJECT_GOES_ON.rendered()) from None
    except BrokenJSON as broken:
        broken.index = 0
        raise _refused(broken) from None


class _ArrayRows:
    """The rows of an array behind its opening bracket, as chunks of it arrive."""

    def __init__(self, arriving: Iterator[bytes]):
        self.arriving = arriving
        self.index, self.line, self.column = 0, 1, 2  # behind the opening bracket

    def batches(self, start: bytes) -> Iterator[list[RawRow]]:
        rest = b""
        for chunk in chain([start], self.arriving):
            rows, rest = self._whole_rows(rest + chunk)
            yield rows
            while len(rest) > MAX_ROW_BYTES:
                rows, rest = self._whole_rows(rest)
                yield rows
        yield from self._last_rows(rest)

    def _whole_rows(self, data: bytes) -> tuple[list[RawRow], bytes]:
        """Return the rows that surely end in `data`, and what follows their last comma."""
        _, data = self._passed(data, len(data) - len(data.lstrip(BLANKS)), [])
        for cut in _cuts(data):
            if (rows := _raw_rows(b"".join((b"[", memoryview(data)[:cut], b"]")))) is not None:
                return self._passed(data, data.index(b",", cut) + 1, rows)
        if len(data) <= MAX_ROW_BYTES:
            return [], data
        return self._literally_whole_rows(data)

    def _passed(self, data: bytes, end: int, rows: list[RawRow]) -> tuple[list[RawRow], bytes]:
        """Go on behind the first `end` bytes of `data`, which hold these rows. Columns count bytes there."""
        self.index += len(rows)
        lines = data.count(b"\n", 0, end) if b"\n" in data else 0  # most bodies are one line, and looking is quicker
        self.line += lines
        self.column = end - data.rfind(b"\n", 0, end) if lines else self.column + end
        return rows, data[end:]

    def _literally_whole_rows(self, data: bytes) -> tuple[list[RawRow], bytes]:
        text = self._utf8(data, is_last=False)
        try:
            rows, end = LiteralArray(self.index, self.line, self.column).whole_rows(text)
        except BrokenJSON as broken:
            is_endless = broken.rendered.code == messages.CUT_SHORT.code
            raise _endless_row(broken.index) if is_endless else _refused(broken) from None
        if not rows:
            raise _endless_row(self.index)
        return self._passed(data, len(text[:end].encode()), list(rows))

    def _last_rows(self, data: bytes) -> Iterator[list[RawRow]]:
        ends_after_comma = self.index and data.lstrip(BLANKS).startswith(b"]")
        if not ends_after_comma and (rows := _raw_rows(b"[" + data)) is not None:
            yield rows
            return
        try:
            literal = LiteralArray(self.index, self.line, self.column)
            for part in literal.last_rows(self._utf8(data, is_last=True)):
                yield list(part)
        except BrokenJSON as broken:
            raise _refused(broken) from None

    def _utf8(self, data: bytes, *, is_last: bool) -> str:
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(data, final=is_last)
        except UnicodeDecodeError:
            raise BodyRefused(400, messages.NOT_UTF8_FROM_HERE.rendered(), self.index) from None


@lru_cache
def _between_rows(start: bytes) -> re.Pattern[bytes]:
    """Return what finds the ends of rows before one that starts so."""
    return re.compile(rb"\}(?=[ \t\n\r]*,[ \t\n\r]*%b)" % re.escape(start))


def _cuts(data: bytes) -> Iterator[int]:
    """Yield where a row may end, last first; before all others where the next begins with the key of the first row, for
    objects within rows begin otherwise.
    """
    first_key = FIRST_KEY.match(data)
    starts = [first_key[0], b"{"] if first_key else [b"{"]
    for between in map(_between_rows, starts):
        for start in (max(0, len(data) - TAIL), 0):
            ends = [match.end() for match in between.finditer(data, start)]
            yield from ends[: -MAX_CUTS_TRIED - 1 : -1]
            if ends or not start:
                break


def _raw_rows(array: bytes) -> list[RawRow] | None:
    try:
        return [bytes(value) for value in _raw_values(array)]
    except (msgspec.MsgspecError, RecursionError):
        return None


def _refused(broken: BrokenJSON) -> BodyRefused:
    return BodyRefused(400, broken.rendered, broken.index, broken.field)


def _endless_object(text: bytes, index: int) -> BodyRefused:
    """Return the refusal of an object that is longer than any row; most often it holds all rows."""
    key = wrapping_key(text[:TAIL].decode(errors="replace"))
    if key is None:
        return _endless_row(index)
    return BodyRefused(
        400, messages.LONG_WRAPPED_ROWS.rendered(most=GroupedNumber(MAX_ROW_BYTES), key=f'"{key}"'), index
    )


def _endless_row(index: int | None) -> BodyRefused:
    return BodyRefused(400, messages.ROW_ENDLESS.rendered(most=GroupedNumber(MAX_ROW_BYTES)), index)
