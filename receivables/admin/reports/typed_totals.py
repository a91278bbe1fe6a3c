"""The ERP's totals as somebody types or pastes them: one in a line, with company code, currency and total.

The columns are apart by tabs, as a spreadsheet copies them, by semicolons, commas or blanks. A number is never guessed:
the totals prove its format together, or somebody says it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from receivables.formats.numbers import NUMBER_FORMATS, number_as_read, number_pattern
from receivables.formats.proof import Texts, Verdict, verdict_of
from receivables.money import CURRENCIES, NotAnAmount, balance_from_text, fitting

MOST_LINES = 2000
LONGEST_CODE, LONGEST_CURRENCY = 32, 16  # those of the columns
_SIGNS = re.compile(r"[€$£¥₹\s]+")  # around a number


class TypedTotal(NamedTuple):
    line: int
    company_code: str
    currency: str
    amount: Decimal


@dataclass
class TypedTotals:
    """What was read: totals, or what is wrong, each with its line, counted from 1. `verdict` says which format the
    numbers have; where it is open, there are no totals.
    """

    totals: list[TypedTotal] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    heading: int | None = None  # the line that was left out as one


class _Line(NamedTuple):
    number: int
    company_code: str
    currency: str
    total: str


class _Unreadable(Exception):
    """Why a line cannot be read."""


def typed_totals(text: str, number_format: str = "") -> TypedTotals:
    """Read what was typed; `number_format` says how the numbers are written, where they do not prove it."""
    read = TypedTotals()
    lines = list(_lines(text, read))
    texts = Texts()
    for line in lines:
        texts.note(number_pattern(line.total), "", line.total, line.number)
    read.verdict = verdict_of(texts, NUMBER_FORMATS, None, is_certain=False).stated(number_format)
    if not read.verdict.is_open:
        for line in lines:
            _note_total(line, read)
    _note_repeated(read)
    return read


def _lines(text: str, read: TypedTotals) -> Iterator[_Line]:
    """Yield the lines that have three columns; what is wrong with the others becomes a problem."""
    filled = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(filled) > MOST_LINES:
        problem = _("There are more than %(most)d lines. Compare fewer at once.") % {"most": MOST_LINES}
        read.problems.append((filled[MOST_LINES][0], problem))
    for position, (number, text_of_line) in enumerate(filled[:MOST_LINES]):
        try:
            line = _line(number, text_of_line)
        except _Unreadable as problem:
            read.problems.append((number, str(problem)))
            continue
        if position == 0 and len(filled) > 1 and _is_heading(line):
            read.heading = number
        elif reason := _why_no_number(line.total):
            read.problems.append((number, reason))
        else:
            yield line


def _is_heading(line: _Line) -> bool:
    """Whether a line names columns: its total has no digit, and its currency is none."""
    return bool(line.total) and not re.search(r"\d", line.total) and line.currency not in CURRENCIES


def _line(number: int, text: str) -> _Line:
    columns = [column.strip() for column in _columns(text)]
    while len(columns) > 3 and not columns[-1]:
        columns.pop()
    if len(columns) != 3:
        raise _Unreadable(
            _(
                "Three columns are needed: company code, currency and total. Separate them by tabs or semicolons; if "
                "there is no company code, begin the line with a semicolon."
            )
        )
    code, currency, total = columns
    if len(code) > LONGEST_CODE or len(currency) > LONGEST_CURRENCY:
        raise _Unreadable(_("The company code or the currency is too long. Check the order of the columns."))
    currency = currency.upper() if currency.upper() in CURRENCIES else currency
    return _Line(number, code, currency, _SIGNS.sub(" ", total.replace(currency, "") if currency else total).strip())


def _columns(text: str) -> list[str]:
    """Return the columns of a line. Amounts have commas and blanks, too: of those the first two part the columns."""
    for separator in "\t;":
        if separator in text:
            return text.split(separator)
    by_commas = text.split(",", 2)
    if len(by_commas) == 3 and not any(re.search(r"\S\s+\S", column) for column in by_commas[:2]):
        return by_commas
    *names, total = text.strip().split(None, 2)
    return [*(name.rstrip(",") for name in names), total]


def _why_no_number(total: str) -> str | None:
    """Return why a total is a number in none of the formats."""
    if not total:
        return _("The total is missing.")
    if not any(number_as_read(total, each) for each in NUMBER_FORMATS):
        message = _("“%(text)s” is not a number. Write it like 1234.56, 1,234.56 or 1.234,56.")
        return message % {"text": total[:40]}
    return None


def _note_total(line: _Line, read: TypedTotals) -> None:
    number_format = read.verdict.format or NUMBER_FORMATS[0]
    try:
        amount = fitting(balance_from_text(number_as_read(line.total, number_format)))
        read.totals.append(TypedTotal(line.number, line.company_code, line.currency, amount))
    except NotAnAmount:
        message = _("“%(text)s” is not a number of the format %(format)s, or it has too many digits.")
        read.problems.append((line.number, message % {"text": line.total[:40], "format": number_format}))


def _note_repeated(read: TypedTotals) -> None:
    """Two totals of one company code and currency may be parts of it, or one of them is wrong: nobody knows."""
    first: dict[tuple[str, str], int] = {}
    for total in read.totals:
        before = first.setdefault((total.company_code, total.currency), total.line)
        if before != total.line:
            message = _("Line %(line)d has the same company code and currency. Add the two up, or delete one of them.")
            read.problems.append((total.line, message % {"line": before}))
    read.problems.sort()
