"""The questions about a table: which formats its numbers and dates have, and how each answer would read its values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import DecimalException
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from receivables.formats.numbers import NumberFormat, number_as_read
from receivables.formats.proof import Value, Verdict
from receivables.money import NotAnAmount, balance_from_text, decimal_places
from receivables.uploads.files.formats import DateFormat, DayCells, swapped_day
from receivables.uploads.files.survey import Survey, day_as_read

SHOWN_PLACES = 2  # of an amount, at least


@dataclass(frozen=True)
class Option:
    """A possible answer; `samples` are texts of the file, each as it is read then, empty if it cannot be read."""

    value: str
    label: str
    samples: list[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    name: str
    legend: str
    why: str
    options: list[Option]
    answer: str
    is_open: bool


def questions_of(survey: Survey) -> Iterator[Question]:
    """Yield a question for each format that the table needs, open or settled."""
    if survey.numbers.is_open or survey.numbers.format:
        legend = gettext("Which format do the numbers have?")
        why = gettext("No number in the file shows which of these formats it has.")
        options = _options(survey.numbers, list(NumberFormat), number_shown)
        yield _format_question("numbers", legend, why, survey.numbers, options, survey.unit)
    if survey.dates.is_open or survey.dates.format:
        legend = gettext("Which format do the dates have?")
        why = gettext("No date in the file shows which of these formats it has.")
        options = _options(survey.dates, list(DateFormat), day_shown)
        yield _format_question("dates", legend, why, survey.dates, options, survey.unit)
    if survey.misread:
        yield _question_of_day_cells(survey)


def _format_question(name: str, legend: str, why: str, verdict: Verdict, options: list[Option], unit: str) -> Question:
    if not verdict.is_open:
        why = ""
    if verdict.is_contradictory:
        sentence = gettext(
            "%(first)s and %(other)s are written in different formats. Rows in the other format are then bad rows."
        )
        first, other = verdict.values[0], verdict.values[-1]
        why = sentence % {"first": _with_position(first, unit), "other": _with_position(other, unit)}
    return Question(name, legend, why, options, verdict.format, verdict.is_open)


def _options(verdict: Verdict, formats: list[str], shown: Callable[[str, str], str]) -> list[Option]:
    """Return the formats to choose from; of several that read all open values alike, the first."""
    values = verdict.values if verdict.is_open else verdict.samples
    found: dict[Any, Option] = {}
    for each in formats:
        if verdict.is_open and each not in verdict.choices:
            continue
        samples = [(value.text, shown(value.text, each)) for value in values]
        key = tuple(reading for _text, reading in samples) if verdict.is_open else each
        found.setdefault(key, Option(str(each), str(each), samples))
    return list(found.values())


def _with_position(value: Value, unit: str) -> str:
    """Return a value with its position, as people find it in the file."""
    of_lines = gettext("“%(text)s” (column %(column)s, line %(line)s)")
    text = of_lines if unit == "line" else gettext("“%(text)s” (column %(column)s, row %(line)s)")
    return text % {"text": value.text, "column": value.column, "line": value.line}


def _question_of_day_cells(survey: Survey) -> Question:
    *days, text = survey.misread
    why = gettext(
        "%(day)s is a date, but %(text)s is text. Excel may have confused the day and the month of some dates."
    ) % {
        "day": _with_position(days[0], survey.unit),
        "text": _with_position(text, survey.unit),
    }
    right = Option(DayCells.RIGHT, gettext("The dates are correct"), [(day.text, _day(day.text)) for day in days])
    samples = [(day.text, _day(swapped_day(day.text))) for day in days]
    swapped = Option(DayCells.SWAPPED, gettext("Excel swapped day and month"), samples)
    legend = gettext("Are the dates that Excel recognised correct?")
    return Question("day_cells", legend, why, [right, swapped], survey.day_cells, survey.needs_day_cells)


def number_shown(text: str, number_format_of_file: str) -> str:
    """Return a number of the file as its reader writes numbers; empty where the format does not read it."""
    try:
        amount = balance_from_text(number_as_read(text, number_format_of_file))
    except (NotAnAmount, DecimalException):
        return ""
    return str(number_format(amount, decimal_pos=max(SHOWN_PLACES, decimal_places(amount)), force_grouping=True))


def day_shown(text: str, date_format_of_file: str) -> str:
    """Return the same of a day, its month as a word."""
    return _day(day_as_read(text, date_format_of_file))


def _day(iso: str) -> str:
    day = iso[:10].replace("-", "")
    return str(date_format(date.fromisoformat(day), "DATE_FORMAT")) if day else ""
