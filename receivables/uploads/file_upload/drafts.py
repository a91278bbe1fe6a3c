"""Files that staff uploaded, stored until they confirm what the upload would do, and no longer than a day.

What becomes of a table's columns, and how it writes numbers and days, is known or found; or staff state it once.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import IO, Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from receivables.uploads.files import messages
from receivables.uploads.files.csv_files import samples_of
from receivables.uploads.files.file_types import FILE_TYPES, TableFile
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import Survey, survey
from receivables.uploads.files.table_rows import nearest_field
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, REMARKS, Noticed, Reading, field_names
from receivables.uploads.messages import printable
from receivables.uploads.models import BodyPart, ColumnMapping, Draft, DraftQuerySet
from receivables.uploads.reading.bodies import chunks_of
from receivables.uploads.rows.json_values import NAMES_OF_LISTS
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.worker import compressed, decompressed, written


def store_file(draft: Draft, file: IO[bytes]) -> None:
    draft.file_parts.store(map(compressed, chunks_of(file)))


def file_of(draft: Draft) -> AbstractContextManager[IO[bytes]]:
    """The file as it was uploaded."""
    return written(map(decompressed, draft.file_parts.contents()))


def forget(drafts: DraftQuerySet) -> None:
    """Delete drafts with their files, and the bodies of their previews; confirmed uploads stay."""
    with transaction.atomic():
        BodyPart.objects.filter(upload__drafts__in=drafts).delete()
        drafts.delete()


@app.periodic(cron="17 * * * *")
@app.task(name="forget_expired_drafts", queueing_lock="forget_expired_drafts")
def forget_expired_drafts(timestamp: int) -> None:
    """Delete the files that nobody confirmed within a day."""
    forget(Draft.objects.expired())


READING_FIELDS = ("encoding", "delimiter", "sheet", "columns", "numbers", "dates", "day_cells")
PROPOSED_FROM = 50  # mappings, the latest


def remarks(header: Iterable[str]) -> dict[str, str]:
    return {name: IGNORED for name in header if name in REMARKS}


def unknown_columns(header: Iterable[str], resource: str) -> list[str]:
    """Return the columns of which staff must say what they are."""
    known = {*field_names(resource), *REMARKS, *NAMES_OF_LISTS[SERIALIZERS[resource].Meta.model]}
    return [name for name in header if name not in known]


def missing_fields(header: Iterable[str], columns: dict[str, str], resource: str) -> list[str]:
    """Return the fields of which every row needs a value, and that no column gives."""
    given = {columns.get(name, name) for name in header}
    fields: Any = SERIALIZERS[resource]().fields
    return [name for name, field in fields.items() if field.required and name not in given]


def earlier_mapping(draft: Draft, header: list[str]) -> ColumnMapping | None:
    """Return how a file with these very headers was read."""
    return _of(draft).filter(headers_digest=_digest(header)).first()


def proposals(draft: Draft, header: list[str]) -> dict[str, str]:
    """Return what each unknown column probably is: as it was for these headers, or last for one of its name, else
    the field of the contract that it looks like.
    """
    known: dict[str, str] = {}
    mapping = earlier_mapping(draft, header)
    for columns in [*reversed(_latest(draft)), mapping.columns if mapping else {}]:
        known |= columns
    used = set(header)
    proposed = {}
    for name in unknown_columns(header, draft.resource):
        target = known.get(name) or nearest_field(name, draft.resource) or AS_EXTRA
        proposed[name] = AS_EXTRA if target in used else target
        used |= {proposed[name]} - {AS_EXTRA, IGNORED}
    return proposed


def save_mapping(draft: Draft, header: list[str], columns: dict[str, str], found: Survey | None) -> None:
    """Store how a file with these headers was read, for the next one; nothing of its format where none was found."""
    formats = {"numbers": found.numbers.format, "dates": found.dates.format} if found else {}
    ColumnMapping.objects.update_or_create(
        account=draft.account,
        resource=draft.resource,
        headers_digest=_digest(header),
        defaults={"columns": columns, "used_at": timezone.now(), **formats},
    )


def _latest(draft: Draft) -> list[dict[str, str]]:
    return list(_of(draft).order_by("-used_at").values_list("columns", flat=True)[:PROPOSED_FROM])


def _of(draft: Draft) -> QuerySet[ColumnMapping]:
    return ColumnMapping.objects.filter(account=draft.account_id, resource=draft.resource)


def _digest(header: list[str]) -> str:
    return sha256("\n".join(sorted(header)).encode()).hexdigest()


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
    known = frozenset(chain.from_iterable(_latest(draft)))  # names of columns that files of this account had
    return Reading(known=known, **{name: getattr(draft, name) for name in READING_FIELDS})


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
