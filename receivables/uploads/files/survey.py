"""The format that values of a table prove together: one pass over the file, before any of its rows is read.

Where they prove none, or contradict each other, whoever sends the file has to say it (`receivables.formats.proof`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from receivables.formats.numbers import NUMBER_FORMATS, NumberFormat, number_as_read, number_pattern, number_text
from receivables.formats.proof import SAMPLES, Texts, Value, Verdict, verdict_of
from receivables.uploads.files import formats, messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import REMARKS, Reading, Table
from receivables.uploads.reading.refusals import shown
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField
from receivables.uploads.rows.json_values import EXTRA, NAMES_OF_LISTS
from receivables.uploads.rows.serializers import SERIALIZERS


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


def day_as_read(text: str, date_format: str) -> str:
    """Return a day as this format reads it; empty where it does not."""
    return (formats.day_text(text, formats.DateFormat(date_format)) or "")[:10]


def survey(table: Table, resource: str, reading: Reading) -> Survey:
    """Read the records of a table and return what they say of its format. What `reading` states is settled."""
    seen = _Seen(table, resource, reading)
    seen.read(table.records)
    own = Value(seen.own_name, seen.own_name, seen.header_line) if seen.own_name else None
    found = Survey(
        verdict_of(seen.numbers, NUMBER_FORMATS, own, is_certain=seen.is_of_rejected_rows),
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
                    pattern = number_pattern(text)
                    has_few = len(self.numbers.plain) < SAMPLES
                    if pattern or (has_few and number_text(text, NumberFormat.PLAIN)):
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
