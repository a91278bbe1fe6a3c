"""The format that values of a table prove together: one pass over the file, before any of its rows is read.

A value that only one reading fits proves a format (`12.50`), one of the same reading in all says nothing (`250`), and
one of two readings (`1.000`) needs a proof elsewhere in the file. Without one, or where two proofs contradict each
other, the format stays open: whoever sends the file has to say it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, NamedTuple

from receivables.uploads.files import formats, messages
from receivables.uploads.files.formats import Pattern
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import REMARKS, Reading, Table
from receivables.uploads.reading.refusals import shown
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField
from receivables.uploads.rows.json_values import EXTRA, NAMES_OF_LISTS
from receivables.uploads.rows.serializers import SERIALIZERS

SAMPLES = 3


class Value(NamedTuple):
    column: str
    text: str
    line: int


@dataclass(frozen=True)
class Verdict:
    """The format of a file's numbers, or of its days. `format` is empty where it is open, and where no value needs
    one. Of an open format `values` are the texts in question (the first two contradict each other if
    `is_contradictory`), and `choices` the formats that it may be. `samples` are values of the file.
    """

    format: str = ""
    is_open: bool = False
    is_contradictory: bool = False
    values: tuple[Value, ...] = ()
    choices: tuple[str, ...] = ()
    samples: tuple[Value, ...] = ()

    def may_be(self, given: str) -> bool:
        """Whether the format is open, and this one would read all values in question."""
        return self.is_open and not self.is_contradictory and given in self.choices

    def stated(self, given: str) -> "Verdict":
        return replace(self, format=given, is_open=False) if given else self


@dataclass
class Texts:
    """A few of the texts that have each pattern, and of those that say nothing."""

    by_pattern: dict[Pattern, list[Value]] = field(default_factory=dict)
    plain: list[Value] = field(default_factory=list)

    def note(self, pattern: Pattern, column: str, text: str, line: int) -> None:
        values = self.by_pattern.setdefault(pattern, []) if pattern else self.plain
        if len(values) < SAMPLES:
            values.append(Value(column, text, line))

    @property
    def samples(self) -> tuple[Value, ...]:
        """Those first that formats read otherwise."""
        telling = sorted(self.by_pattern, key=lambda pattern: -len(set(pattern)))
        return tuple(islice(chain(*(self.by_pattern[pattern] for pattern in telling), self.plain), SAMPLES))


def verdict_of(texts: Texts, formats: tuple[str, ...], own: Value | None, *, is_certain: bool) -> Verdict:
    if is_certain:
        return Verdict(formats[0], samples=texts.samples)
    candidates = {formats[0]} if own else set(formats)
    open_patterns = list(texts.by_pattern)
    while proofs := [pattern for pattern in open_patterns if len(_readings(pattern, formats, candidates)) <= 1]:
        pattern = proofs[0]
        open_patterns.remove(pattern)
        allowed = _allowed(pattern, formats)
        if not candidates & allowed:
            return _contradiction(texts, formats, pattern, own)
        candidates &= allowed
    if open_patterns:
        values = tuple(islice(chain(*(texts.by_pattern[pattern] for pattern in open_patterns)), SAMPLES))
        allowed_by_each = [_allowed(pattern, formats) for pattern in open_patterns]
        allowed = set.intersection(*allowed_by_each) or set.union(*allowed_by_each)  # by all of them, or else by any
        choices = tuple(each for each in formats if each in candidates & allowed)
        return Verdict("", True, values=values, choices=choices, samples=texts.samples)
    settled = next((each for each in formats if each in candidates), "")
    return Verdict(settled if texts.by_pattern or own else "", samples=texts.samples)


def _allowed(pattern: Pattern, formats: tuple[str, ...]) -> set[str]:
    return {each for each, reading in zip(formats, pattern, strict=True) if reading}


def _readings(pattern: Pattern, formats: tuple[str, ...], candidates: set[str]) -> set[int]:
    return {reading for each, reading in zip(formats, pattern, strict=True) if reading and each in candidates}


def _contradiction(texts: Texts, formats: tuple[str, ...], pattern: Pattern, own: Value | None) -> Verdict:
    allowed = _allowed(pattern, formats)
    rivals = [values[0] for other, values in texts.by_pattern.items() if not allowed & _allowed(other, formats)]
    pair = (*([own] if own and formats[0] not in allowed else rivals[:1]), texts.by_pattern[pattern][0])
    values = tuple(sorted(pair, key=lambda value: value.line))
    choices = tuple(each for each in formats if any(each in _allowed(other, formats) for other in texts.by_pattern))
    return Verdict("", True, True, values=values, choices=choices, samples=texts.samples)


@dataclass(frozen=True)
class Survey:
    """What was settled of a file's format. `misread` are days and texts of one column of a workbook: the days may be
    wrong, and stay open until `day_cells` says what they are. `unit` is what its rows are counted by, line or row.
    """

    numbers: Verdict = field(default_factory=Verdict)
    dates: Verdict = field(default_factory=Verdict)
    misread: tuple[Value, ...] = ()
    day_cells: str = ""
    unit: str = "line"

    @property
    def is_open(self) -> bool:
        return self.numbers.is_open or self.dates.is_open or self.needs_day_cells

    @property
    def needs_day_cells(self) -> bool:
        return bool(self.misread) and not self.day_cells

    def stated(self, given: Any) -> "Survey":
        """Return what is settled where a reading or a draft states its formats."""
        numbers, dates = self.numbers.stated(given.numbers), self.dates.stated(given.dates)
        return replace(self, numbers=numbers, dates=dates, day_cells=given.day_cells)

    def settled(self, reading: Reading) -> Reading:
        """Return the reading with the format of this file. Raises FileRefused, which names the option of send_feed
        that settles it, where it is open.
        """
        if self.numbers.is_open:
            raise _refusal(self.numbers, self.unit, "--number-format", number_as_read)
        if self.dates.is_open:
            raise _refusal(self.dates, self.unit, "--date-format", day_as_read)
        if self.needs_day_cells:
            day, text = self.misread[0], self.misread[-1]
            values = {"column": shown(day.column), "day": day.text, "text": shown(text.text)}
            raise FileRefused(messages.MISREAD_DAYS, **values, day_line=day.line, text_line=text.line)
        return replace(reading, numbers=self.numbers.format, dates=self.dates.format, day_cells=self.day_cells)


def number_as_read(text: str, number_format: str) -> str:
    """Return a number as this format reads it; empty where it does not."""
    return formats.number_text(text, formats.NumberFormat(number_format)) or ""


def day_as_read(text: str, date_format: str) -> str:
    """Return a day as this format reads it; empty where it does not."""
    return (formats.day_text(text, formats.DateFormat(date_format)) or "")[:10]


def survey(table: Table, resource: str, reading: Reading) -> Survey:
    """Read the records of a table and return what they say of its format. What `reading` states is settled."""
    seen = _Seen(table, resource, reading)
    seen.read(table.records)
    own = Value(seen.own_name, seen.own_name, seen.header_line) if seen.own_name else None
    found = Survey(
        verdict_of(seen.numbers, formats.NUMBER_FORMATS, own, is_certain=seen.is_of_rejected_rows),
        verdict_of(seen.days, formats.DATE_FORMATS, own, is_certain=seen.is_of_rejected_rows),
        next((column.misread for column in seen.day_columns.values() if column.misread), ()),
        unit=table.unit,
    )
    return found.stated(reading)


class _Seen:
    """The texts of a table's columns of amounts and of days."""

    def __init__(self, table: Table, resource: str, reading: Reading):
        fields: Any = SERIALIZERS[resource]().fields
        names = [reading.key_of(name) for name in table.header]
        own_names = NAMES_OF_LISTS[SERIALIZERS[resource].Meta.model] - fields.keys() - {EXTRA}
        self.own_name = next((name for name in names if name in own_names), "")
        self.is_of_rejected_rows = not set(REMARKS).isdisjoint(table.header)
        self.header_line = table.noticed.header_line
        self.numbers, self.days = Texts(), Texts()
        self._width, self._is_even = len(names), table.is_even
        # A balance is text: our own lists have any there.
        numeric: Any = (AmountField,) if self.own_name else (AmountField, BalanceField)
        columns = [(at, table.header[at], fields.get(name)) for at, name in enumerate(names)]
        self._number_columns = [(at, name) for at, name, known in columns if isinstance(known, numeric)]
        self.day_columns = {at: _DayColumn(name) for at, name, known in columns if isinstance(known, DayField)}

    def read(self, records: Iterable[tuple[int, list[str]]]) -> None:
        for line, cells in records:
            if len(cells) < self._width or (self._is_even and len(cells) > self._width):  # a bad row
                continue
            for at, name in self._number_columns:
                cell = cells[at]
                if cell and not isinstance(cell, formats.Exact) and (text := cell.strip()):
                    pattern = formats.number_pattern(text)
                    has_few = len(self.numbers.plain) < SAMPLES
                    if pattern or (has_few and formats.number_text(text, formats.NumberFormat.PLAIN)):
                        self.numbers.note(pattern, name, text, line)
            for at, column in self.day_columns.items():
                if cell := cells[at]:
                    column.note(self.days, cell, line)


class _DayColumn:
    def __init__(self, name: str):
        self.name = name
        self._days: list[Value] = []
        self._text: Value | None = None

    def note(self, days: Texts, cell: str, line: int) -> None:
        if isinstance(cell, formats.ExactDay):
            if len(self._days) < SAMPLES and formats.swapped_day(cell) != cell:
                self._days.append(Value(self.name, str(cell), line))
        elif pattern := formats.day_pattern(text := cell.strip()):
            days.note(pattern, self.name, text, line)
            if not self._text and not pattern[0]:
                self._text = Value(self.name, text, line)

    @property
    def misread(self) -> tuple[Value, ...]:
        """Days that Excel may have misread, and a text that it did not take for a day."""
        return (*self._days, self._text) if self._days and self._text else ()


def _refusal(verdict: Verdict, unit: str, option: str, read: Callable[[str, str], str]) -> FileRefused:
    first = verdict.values[0]
    about: dict[str, object] = {"unit": unit, "line": first.line, "value": shown(first.text), "option": option}
    about |= {"column": shown(first.column), "formats": ", ".join(f'"{each}"' for each in verdict.choices)}
    if verdict.is_contradictory:
        other = verdict.values[-1]
        about |= {"other_unit": unit, "other_line": other.line}
        about |= {"other": shown(other.text), "other_column": shown(other.column)}
        return FileRefused(messages.CONTRADICTORY_FORMATS, **about)
    readings = list(dict.fromkeys(filter(None, (read(first.text, each) for each in verdict.choices))))
    return FileRefused(messages.OPEN_FORMAT, **about, first=readings[0], second=readings[-1])
