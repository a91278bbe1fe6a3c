"""How a table writes numbers and days, and what a cell is under each of these formats.

Grouping is optional in a format of numbers, and so are padding zeros in a format of days. No format is guessed: survey
settles which one a file has.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any


class Exact(str):
    """The text of a cell that held a number, not a text: `1.234` is 1.234 in every format."""

    __slots__ = ()


class ExactDay(Exact):
    """The text of a cell that held a day, or a moment: ISO 8601."""

    __slots__ = ()


class NumberFormat(StrEnum):
    """A format, named by how it writes 1234.56."""

    PLAIN = "1234.56"
    COMMAS = "1,234.56"
    POINTS = "1.234,56"
    BLANKS = "1 234,56"
    APOSTROPHES = "1'234.56"


class DateFormat(StrEnum):
    """A format, named by how it writes a day."""

    ISO = "2026-01-31"
    GERMAN = "31.12.2025"
    AMERICAN = "12/31/2025"
    BRITISH = "31/12/2025"


class DayCells(StrEnum):
    """Whether the days of a workbook are right where their column also holds texts, or were misread by Excel, which
    reads 01/02 as 02/01 wherever that gives a day.
    """

    RIGHT = "right"
    SWAPPED = "swapped"


_MARKS = {  # the decimal point, and the characters of which one may be between groups of three digits
    NumberFormat.PLAIN: (".", ""),
    NumberFormat.COMMAS: (".", ","),
    NumberFormat.POINTS: (",", "."),
    NumberFormat.BLANKS: (",", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"),
    NumberFormat.APOSTROPHES: (".", "'\N{RIGHT SINGLE QUOTATION MARK}"),
}
LONGEST = 64  # characters of a number, or of a day with its time
_MINUS = "\\-\N{MINUS SIGN}"  # within a class of characters
_BODY = rf"[\d.,](?:[eE]-|[^(){_MINUS}])*?"
_SIGNED = re.compile(
    rf"(?P<before>[+{_MINUS}]?)\s*(?P<plain>{_BODY})\s*(?P<behind>[{_MINUS}]?)|\(\s*(?P<brackets>{_BODY})\s*\)"
)
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_SHAPE = str.maketrans("123456789", "9" * 9)  # zeros matter: no group begins with one
_DAY = re.compile(
    r"(?:(?P<compact>\d{8})|(?P<year_first>\d{4}([-/])\d{1,2}\3\d{1,2})"
    r"|(?P<points>\d{1,2}\.\d{1,2}\.\d{4})|(?P<slashes>\d{1,2}/\d{1,2}/\d{4}))"
    r"(?:(?:[Tt]|,?\s+)(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d(?:[.,]\d+)?))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)


def _unsigned(number_format: NumberFormat) -> re.Pattern[str]:
    point, groups = map(re.escape, _MARKS[number_format])
    grouped = rf"|[1-9]\d{{0,2}}(?P<mark>[{groups}])\d{{3}}(?:(?P=mark)\d{{3}})*" if groups else ""
    exponent = r"(?P<exponent>[eE][+-]?\d{1,3})?"
    return re.compile(rf"(?P<whole>\d+{grouped}|(?={point}\d))(?:{point}(?P<fraction>\d+))?{exponent}", re.ASCII)


_UNSIGNED = {number_format: _unsigned(number_format) for number_format in NumberFormat}


def number_text(cell: str, number_format: NumberFormat) -> str | None:
    """Return the number that a cell holds, exactly and with a point: `1234.56` for `1.234,56`. A minus behind it and
    brackets stay, as they deserve a warning. None where the cell holds no number of this format.
    """
    text = cell.strip()
    if _WHOLE.fullmatch(text):
        return text
    signed = _SIGNED.fullmatch(text) if len(text) <= LONGEST else None
    if signed is None or (signed["before"] and signed["behind"]):
        return None
    body = _plain(signed["plain"] or signed["brackets"], number_format)
    if body is None:
        return None
    if signed["brackets"]:
        return f"({body})"
    return f"{signed['before']}{body}{signed['behind']}".replace("\N{MINUS SIGN}", "-")


def _plain(body: str, number_format: NumberFormat) -> str | None:
    match = _UNSIGNED[number_format].fullmatch(body)
    if match is None:
        return None
    _point, groups = _MARKS[number_format]
    whole = match["whole"].translate({ord(mark): None for mark in groups}) or "0"
    if match["exponent"] and whole != match["whole"]:
        return None
    return f"{whole}{'.' + match['fraction'] if match['fraction'] else ''}{match['exponent'] or ''}"


@lru_cache(10_000)  # a file has few days
def day_text(cell: str, date_format: DateFormat) -> str | None:
    """Return the day that a cell holds as ISO 8601, with its time of day if it has one: `2025-12-31` for `31.12.2025`.
    None where the cell holds no day of this format.
    """
    match = _DAY.fullmatch(cell.strip()) if len(cell) <= LONGEST else None
    day = match and _day(match, date_format)
    if not match or not day:
        return None
    if not match["hour"]:
        return day if match["compact"] is None else match["compact"]
    time = _time(match)
    return time and f"{day}T{time}"


def _day(match: re.Match[str], date_format: DateFormat) -> str | None:
    group, order = _DAYS[date_format]
    written = match[group]
    if date_format == DateFormat.ISO and match["compact"]:
        written = f"{match['compact'][:4]}-{match['compact'][4:6]}-{match['compact'][6:]}"
    if not written:
        return None
    numbers = [int(part) for part in re.split("[-./]", written)]
    try:
        return date(*(numbers[at] for at in order)).isoformat()
    except ValueError:
        return None


_DAYS = {  # the group of _DAY, and the positions of year, month and day in it
    DateFormat.ISO: ("year_first", (0, 1, 2)),
    DateFormat.GERMAN: ("points", (2, 1, 0)),
    DateFormat.AMERICAN: ("slashes", (2, 0, 1)),
    DateFormat.BRITISH: ("slashes", (2, 1, 0)),
}


def _time(match: re.Match[str]) -> str | None:
    """Return a time of day as RFC 3339 writes it."""
    hour, half = int(match["hour"]), (match["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23:
        return None
    second = (match["second"] or "00").replace(",", ".")
    return f"{hour:02}:{match['minute']}:{second}{match['zone'] or ''}"


def swapped_day(cell: str) -> str:
    """Return a day of a workbook as it was before Excel read its month as its day, where that is possible."""
    year, month, day = cell[:4], cell[5:7], cell[8:10]
    return f"{year}-{day}-{month}{cell[10:]}" if day.isdecimal() and int(day) <= 12 else cell


Pattern = tuple[int, ...]  # for each format in turn which of the readings a text has in it, from 1; 0 for none
NUMBER_FORMATS, DATE_FORMATS = tuple(NumberFormat), tuple(DateFormat)
SAYS_NOTHING: Pattern = ()


def number_pattern(text: str) -> Pattern:
    """Return which formats read a number alike, which otherwise, and which not at all."""
    is_plain = _WHOLE.fullmatch(text) or len(text) > LONGEST
    return SAYS_NOTHING if is_plain else _pattern(number_text, NumberFormat, text.translate(_SHAPE))


def day_pattern(text: str) -> Pattern:
    """Return the same of a day."""
    return SAYS_NOTHING if len(text) > LONGEST else _pattern(day_text, DateFormat, text)


@lru_cache(20_000)
def _pattern(read: Callable[[str, Any], str | None], formats: type[StrEnum], text: str) -> Pattern:
    found: dict[str, int] = {}
    readings = (read(text, each) for each in formats)
    pattern = tuple(found.setdefault(reading, len(found) + 1) if reading else 0 for reading in readings)
    return SAYS_NOTHING if not any(pattern) or set(pattern) == {1} else pattern


class CellError(str):
    """What a cell of a workbook shows where its formula fails, such as #N/A."""

    __slots__ = ()
