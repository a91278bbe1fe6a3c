"""What becomes of a table's columns: known by the contract's names, else stated by staff once, and stored."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import chain

from django.db.models import QuerySet
from django.utils import timezone

from receivables.uploads.files.headings import REMARKS
from receivables.uploads.files.survey import Survey
from receivables.uploads.files.table_rows import nearest_field
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, field_names, required_names
from receivables.uploads.models import ColumnMapping, Draft
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.rows.unknown_keys import NAMES_OF_LISTS

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
    return [name for name in required_names(resource) if name not in given]


def earlier_mapping(draft: Draft, header: list[str]) -> ColumnMapping | None:
    """Return how a file with these very headers was read."""
    return _of(draft).filter(headers_digest=_digest(header)).first()


def known_columns(draft: Draft) -> frozenset[str]:
    """Return the names of columns that files of this account had."""
    return frozenset(chain.from_iterable(_latest(draft)))


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
