"""The history of an imported row, newest first: changes field by field, notes, rejected rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.imported.models import Change
from receivables.admin.shared.fields import ADDRESSES, EMPTY, FIELD_NAMES, nested, readable, shown_address
from receivables.models import ClosedReason
from receivables.models.notes_and_tags import InvoiceNote

CLOSING = {"closed_at", "closed_by", "closed_reason"}  # which change together
FIRST = 50
MOST = 2000


class Difference(NamedTuple):
    """A field before and after; None where it was or is empty."""

    name: Any
    before: Any
    after: Any


def differences(row: Any, change: Change, currency: str) -> list[Difference]:
    """Return what changed; `currency` is the row's after the change. Only invoices have one."""
    if not is_closing(change):
        return _of_columns(row, change, currency)
    before, after = (_closed_text(reason) for reason in change.changes["closed_reason"])
    return [Difference(_("Open item"), before, after), *_of_columns(row, change, currency)]


def is_closing(change: Change) -> bool:
    """Whether a change closed an invoice, or opened it again."""
    return "closed_reason" in change.changes


def _closed_text(reason: str) -> Any:
    return ClosedReason(reason).label if reason else _("open")


def _of_columns(row: Any, change: Change, currency: str) -> list[Difference]:
    earlier = currency_before(change, currency)
    names = FIELD_NAMES[type(row)]
    return [
        Difference(
            names.get(column, column), _shown(row, column, before, earlier), _shown(row, column, after, currency)
        )
        for column, (before, after) in change.changes.items()
        if column not in CLOSING
    ]


def currency_before(change: Change, currency: str) -> str:
    return change.changes.get("currency", [currency])[0]


def _shown(row: Any, column: str, value: Any, currency: str) -> Any:
    """A column that the table no longer has is shown as it was."""
    if column in ADDRESSES:
        return shown_address(value)
    if column in FIELD_NAMES[type(row)]:
        return readable(type(row), column, value, currency)
    return None if value in EMPTY else nested(value)


@dataclass(frozen=True)
class Entry:
    """One point of the timeline: a change of fields, a note, a rejected row, or the first upload."""

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
    """Return the largest number of entries that the page shows: a few, or all with `?all` in the address."""
    return MOST if "all" in request.GET else FIRST


def timeline(row: Any, most: int, others: Iterable[Entry] = ()) -> Timeline:
    """Return the newest of a row's changes and of the other entries, so many at the most. The amounts of a change are
    in the currency that the row had then.
    """
    entries, currency = [*others], getattr(row, "currency", "")
    for change in row.changes.order_by("-id")[: most + 1]:
        entries.append(_changed(row, change, currency))
        currency = currency_before(change, currency)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    if len(entries) > most:
        return Timeline(entries[:most], has_more=True)
    return Timeline([*entries, Entry("created", row.created_at, _("First received"))], has_more=False)


def _changed(row: Any, change: Change, currency: str) -> Entry:
    kind, title = "changed", _("Changed")
    if is_closing(change):
        reason = change.changes["closed_reason"][1]
        kind, title = ("closed", capfirst(ClosedReason(reason).label)) if reason else ("reopened", _("Open again"))
    fields = _of_columns(row, change, currency)
    return Entry(kind, change.changed_at, title, change.upload_id, change.staff_username, fields)
