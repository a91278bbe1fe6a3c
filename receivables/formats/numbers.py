"""How a number is written, and what it is under each of the formats. Grouping is optional in each of them.

No format is guessed: the values of a table prove it together (`receivables.formats.proof`), or somebody says it.
"""

import re
from enum import StrEnum

from receivables.formats.proof import SAYS_NOTHING, Pattern, pattern_of


class NumberFormat(StrEnum):
    """A format, named by how it writes 1234.56."""

    PLAIN = "1234.56"
    COMMAS = "1,234.56"
    POINTS = "1.234,56"
    BLANKS = "1 234,56"
    APOSTROPHES = "1'234.56"


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


NUMBER_FORMATS = tuple(NumberFormat)


def number_pattern(text: str) -> Pattern:
    """Return which formats read a number alike, which otherwise, and which not at all."""
    is_plain = _WHOLE.fullmatch(text) or len(text) > LONGEST
    return SAYS_NOTHING if is_plain else pattern_of(number_text, NumberFormat, text.translate(_SHAPE))


def number_as_read(text: str, number_format: str) -> str:
    """Return a number as this format reads it; empty where it does not."""
    return number_text(text, NumberFormat(number_format)) or ""
