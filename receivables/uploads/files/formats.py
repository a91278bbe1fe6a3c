"""How a table writes days, and what a cell is under each of these formats; and cells that were numbers or days.

Padding zeros are optional in a format of days. No format is guessed: survey settles which one a file has. Those of
numbers are in `receivables.formats`.
"""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

from receivables.formats.numbers import LONGEST
from receivables.formats.proof import SAYS_NOTHING, Pattern, pattern_of


class Exact(str):
    """The text of a cell that held a number, not a text: `1.234` is 1.234 in every format."""

    __slots__ = ()


class ExactDay(Exact):
    """The text of a cell that held a day, or a moment: ISO 8601."""

    __slots__ = ()


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


_DAY = re.compile(
    r"(?:(?P<compact>\d{8})|(?P<year_first>\d{4}([-/])\d{1,2}\3\d{1,2})"
    r"|(?P<points>\d{1,2}\.\d{1,2}\.\d{4})|(?P<slashes>\d{1,2}/\d{1,2}/\d{4}))"
    r"(?:(?:[Tt]|,?\s+)(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d(?:[.,]\d+)?))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?(?P<zone>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)


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


DATE_FORMATS = tuple(DateFormat)


def day_pattern(text: str) -> Pattern:
    """Return the same of a day."""
    return SAYS_NOTHING if len(text) > LONGEST else pattern_of(day_text, DateFormat, text)


class CellError(str):
    """What a cell of a workbook shows where its formula fails, such as #N/A."""

    __slots__ = ()
