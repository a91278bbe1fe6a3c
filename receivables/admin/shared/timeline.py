"""The history of a fed row, newest first: what feeds and staff changed, and what else there is to tell of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from receivables.admin.shared.differences import Difference, currency_before, differences
from receivables.models.notes_and_tags import InvoiceNote

FIRST = 50
MOST = 2000


@dataclass(frozen=True)
class Entry:
    """One point of the timeline: a change of fields, a note, a row that was not taken, or the beginning."""

    kind: str
    at: datetime
    title: Any
    upload_id: UUID | None = None
    author: str = ""
    fields: list[Difference] = field(default_factory=list)
    note: InvoiceNote | None = None
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    entries: list[Entry]
    has_more: bool


def length(request: HttpRequest) -> int:
    """Return how many entries the page shows at the most: a few, until somebody asks for all."""
    return MOST if "all" in request.GET else FIRST


def timeline(row: Any, most: int, others: Iterable[Entry] = ()) -> Timeline:
    """Return the newest of a row's changes and of the other entries, so many at the most."""
    entries = sorted([*_changed(row, most + 1), *others], key=lambda entry: entry.at, reverse=True)
    if len(entries) > most:
        return Timeline(entries[:most], has_more=True)
    return Timeline([*entries, Entry("created", row.created_at, _("First received"))], has_more=False)


def _changed(row: Any, most: int) -> Iterator[Entry]:
    """Yield the newest changes; their amounts are in the currency that the row had then."""
    currency = getattr(row, "currency", "")
    for change in row.changes.order_by("-id")[:most]:
        fields = differences(row, change, currency)
        yield Entry("changed", change.changed_at, _("Changed"), change.upload_id, change.staff_username, fields)
        currency = currency_before(change, currency)
