"""What is found in a whole table: how it writes numbers and days, and what else people should know of it."""

from dataclasses import dataclass, replace
from typing import IO, Any

import msgspec

from receivables.uploads.file_upload.mapping import earlier_mapping, known_columns
from receivables.uploads.files import messages
from receivables.uploads.files.encodings import samples_of
from receivables.uploads.files.file_types import FILE_TYPES, TableFile
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import Survey, survey
from receivables.uploads.files.tables import Noticed, Reading
from receivables.uploads.messages import printable
from receivables.uploads.models import Draft


@dataclass(frozen=True)
class Facts:
    """`survey` is what the values say, whatever anybody stated; `samples` are texts that an encoding made of the file
    that is not certain; `read_as` is how it was read meanwhile.
    """

    survey: Survey
    noticed: Noticed
    samples: tuple[str, ...]
    read_as: dict[str, Any]


def reading_of(draft: Draft) -> Reading:
    """Return how a draft is read, as far as it was stated."""
    return Reading(
        encoding=draft.encoding,
        delimiter=draft.delimiter,
        sheet=draft.sheet,
        columns=draft.columns,
        known=known_columns(draft),
        numbers=draft.numbers,
        dates=draft.dates,
        day_cells=draft.day_cells,
    )


def table_type_of(draft: Draft) -> TableFile:
    file_type = FILE_TYPES[draft.file_format]
    assert isinstance(file_type, TableFile)
    return file_type


def header_of(draft: Draft, file: IO[bytes]) -> list[str]:
    """Return the names of a table's columns that people can say something of. Raises FileRefused."""
    file.seek(0)
    return table_type_of(draft).header(file, reading_of(draft))


def facts_of(draft: Draft) -> Facts | None:
    """Return what was found in the file as it is read now, if it was inspected."""
    facts = draft.facts and msgspec.convert(draft.facts, Facts)
    return facts if facts and facts.read_as == _read_as(draft) else None


def inspect(draft: Draft, file: IO[bytes]) -> Facts:
    """Note in a draft what its file has, unless that was done; the draft is not saved. Raises FileRefused."""
    if facts := facts_of(draft):
        return facts
    file.seek(0)
    reading = replace(reading_of(draft), numbers="", dates="", day_cells="")
    file_type = table_type_of(draft)
    with file_type.open_table(file, reading) as table:
        found = survey(table, draft.resource, reading)
    samples = samples_of(file, draft.encoding) if "encoding" in file_type.options else ()
    names = ("lines_above", "sheets", "unread_sheets")
    storable: dict[str, Any] = {name: list(map(printable, getattr(table.noticed, name))) for name in names}
    facts = Facts(found, replace(table.noticed, **storable), samples, _read_as(draft))
    draft.facts = msgspec.to_builtins(facts)
    return facts


def _read_as(draft: Draft) -> dict[str, Any]:
    names = ("encoding", "delimiter", "sheet", "columns")
    return {name: getattr(draft, name) for name in names}


def settle(draft: Draft, file: IO[bytes]) -> Survey:
    """Return what is settled of the format of a draft's file: as it was stated, else by proof, else as it was stated
    for a file with the same headers. The draft is not saved. Raises FileRefused.
    """
    found = inspect(draft, file).survey
    if found.is_open and (earlier := earlier_mapping(draft, header_of(draft, file))):
        if found.numbers.may_be(earlier.numbers):
            draft.numbers = draft.numbers or earlier.numbers
        if found.dates.may_be(earlier.dates):
            draft.dates = draft.dates or earlier.dates
    return found.stated(draft)


def settled_reading_of(draft: Draft, file: IO[bytes]) -> Reading:
    """Return how the rows of a draft are read. Raises FileRefused, also where its format is open."""
    found = settle(draft, file)
    if found.is_open:
        raise FileRefused(messages.OPEN)
    return replace(reading_of(draft), numbers=found.numbers.format, dates=found.dates.format)
