"""What becomes of a table's columns: known by the contract's names, told by staff once, and remembered."""

from collections.abc import Iterable
from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone

from receivables.uploads.feeds.headings import REMARKS
from receivables.uploads.feeds.table_rows import nearest_field
from receivables.uploads.feeds.tables import KEPT, LEFT_OUT, field_names, required_names
from receivables.uploads.models import ColumnMapping, Draft
from receivables.uploads.own_names import names_of_list
from receivables.uploads.serializers import SERIALIZERS

PROPOSED_FROM = 50  # mappings, the latest


def remarks(header: Iterable[str]) -> dict[str, str]:
    return {name: LEFT_OUT for name in header if name in REMARKS}


def unknown_columns(header: Iterable[str], resource: str) -> list[str]:
    """Return the columns that staff are to say something of."""
    known = {*field_names(resource), *REMARKS, *names_of_list(SERIALIZERS[resource].Meta.model)}
    return [name for name in header if name not in known]


def missing_fields(header: Iterable[str], columns: dict[str, str], resource: str) -> list[str]:
    """Return the fields of which every row needs a value, and that no column gives."""
    given = {columns.get(name, name) for name in header}
    return [name for name in required_names(resource) if name not in given]


def remembered(draft: Draft, header: list[str]) -> dict[str, str] | None:
    """Return what was said of a file with these very headers."""
    return _of(draft).filter(headers_digest=_digest(header)).values_list("columns", flat=True).first()


def proposals(draft: Draft, header: list[str]) -> dict[str, str]:
    """Return what each unknown column probably is: as it was said of these headers, or last of one of its name, else
    the field of the contract that it looks like.
    """
    said: dict[str, str] = {}
    latest = _of(draft).order_by("-used_at").values_list("columns", flat=True)[:PROPOSED_FROM]
    for columns in [*reversed(latest), remembered(draft, header) or {}]:
        said |= columns
    taken = set(header)
    proposed = {}
    for name in unknown_columns(header, draft.resource):
        target = said.get(name) or nearest_field(name, draft.resource) or KEPT
        proposed[name] = KEPT if target in taken else target
        taken |= {proposed[name]} - {KEPT, LEFT_OUT}
    return proposed


def remember(draft: Draft, header: list[str], columns: dict[str, str]) -> None:
    ColumnMapping.objects.update_or_create(
        account=draft.account,
        resource=draft.resource,
        headers_digest=_digest(header),
        defaults={"columns": columns, "used_at": timezone.now()},
    )


def _of(draft: Draft) -> QuerySet[ColumnMapping]:
    return ColumnMapping.objects.filter(account=draft.account_id, resource=draft.resource)


def _digest(header: list[str]) -> str:
    return sha256("\n".join(sorted(header)).encode()).hexdigest()
