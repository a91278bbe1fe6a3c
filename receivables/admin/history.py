"""The history of an invoice: what feeds changed and what staff noted, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from receivables.admin.addresses import shown_address
from receivables.admin.field_names import ADDRESSES, FIELD_NAMES
from receivables.admin.rejections import rejections_of
from receivables.admin.values import readable
from receivables.models import Invoice
from receivables.remarks import InvoiceNote

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
    fields: list[tuple[Any, Any, Any]] = field(default_factory=list)
    note: InvoiceNote | None = None
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    entries: list[Entry]
    has_more: bool


def timeline(invoice: Invoice, most: int) -> Timeline:
    """Return the newest entries, so many at the most."""
    changes = list(_of_changes(invoice, most + 1))
    notes = list(invoice.notes.select_related("author").order_by("-id")[: most + 1])
    entries = [*changes, *map(_of_note, notes), *_rejected(invoice)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    if len(entries) > most or len(changes) > most:
        return Timeline(entries[:most], has_more=True)
    return Timeline([*entries, Entry("created", invoice.created_at, _("First received"))], has_more=False)


def _of_changes(invoice: Invoice, most: int) -> Iterator[Entry]:
    """Yield the newest changes; their amounts are in the currency that the invoice had then."""
    currency = invoice.currency
    for change in invoice.changes.order_by("-id")[:most]:
        earlier, later = change.changes.get("currency", (currency, currency))
        fields = [
            (FIELD_NAMES.get(column, column), _shown(column, before, earlier), _shown(column, after, later))
            for column, (before, after) in change.changes.items()
        ]
        yield Entry("changed", change.changed_at, _("Changed"), change.upload_id, change.staff_username, fields)
        currency = earlier


def _shown(column: str, value: Any, currency: str) -> Any:
    """A column that the table no longer has is shown as it was."""
    if column in ADDRESSES:
        return shown_address(value)
    return readable(column, value, currency) if column in FIELD_NAMES else value


def _of_note(note: InvoiceNote) -> Entry:
    return Entry("note", note.created_at, _("Note"), author=note.author_username, note=note)


def _rejected(invoice: Invoice) -> Iterator[Entry]:
    for rejection in rejections_of(invoice):
        title = _("Row %(place)d was not taken") % {"place": rejection.place}
        yield Entry("rejected", rejection.rejected_at, title, rejection.upload_id, errors=rejection.errors)
