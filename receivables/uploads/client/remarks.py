"""What the sender of a file is told before it is sent: how it was read, and what was left unread."""

from collections.abc import Callable, Iterator, Sequence

from receivables.uploads.files.encodings import Encoding
from receivables.uploads.files.survey import Survey, day_as_read, number_as_read
from receivables.uploads.files.tables import Table
from receivables.uploads.files.verdicts import Verdict
from receivables.uploads.reading.texts import shown

SHOWN = 5  # names, or lines, of one kind


def of_encoding(found: Encoding) -> Iterator[str]:
    if found.samples:
        yield (
            f"The file is not UTF-8, and is read as {found.name}: {_listed(found.samples)}. "
            "If that looks wrong, name its encoding: --encoding NAME."
        )


def of_table(table: Table) -> Iterator[str]:
    """Yield what is not read of a table, and what is read although nobody sees it. Its rows must have been read."""
    noticed = table.noticed
    if above := noticed.lines_above:
        yield f"The header is {table.where}. Not read above it: {_listed(above)}."
    if noticed.unread_sheets:
        read = f" Read: {_listed(noticed.sheets)}." if noticed.sheets else ""
        yield f"Sheets that are not read: {_listed(noticed.unread_sheets)}.{read} Name another with --sheet."
    elif len(noticed.sheets) > 1:
        yield f"Sheets that are read as one table: {_listed(noticed.sheets)}."
    if noticed.hidden_rows:
        one = noticed.hidden_rows == 1
        yield f"{noticed.hidden_rows:,} hidden row{' is' if one else 's are'} read, too."


def of_formats(found: Survey) -> Iterator[str]:
    """Yield how numbers and days were read, each with some of the file's own."""
    yield from _of_format("Numbers", found.numbers, found.unit, number_as_read)
    yield from _of_format("Dates", found.dates, found.unit, day_as_read)


def _of_format(what: str, verdict: Verdict, unit: str, read: Callable[[str, str], str]) -> Iterator[str]:
    if verdict.format:
        samples = [
            f"{shown(value.text)} in {unit} {value.line} is {as_read}"
            for value in verdict.samples
            if (as_read := read(value.text, verdict.format))
        ]
        yield f"{what} are read as {verdict.format}{': ' if samples else ''}{', '.join(samples)}."


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(map(shown, texts[:SHOWN])) + more
