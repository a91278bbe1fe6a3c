"""What the page of one invoice shows."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from receivables.admin.invoices.debtors import debtor_name, with_debtors
from receivables.admin.invoices.rejections import rejections_of
from receivables.admin.invoices.remark_forms import NoteForm, TagForm
from receivables.admin.invoices.row_warnings import warnings_of
from receivables.admin.shared.addresses import shown_address
from receivables.admin.shared.cells import day
from receivables.admin.shared.field_names import ADDRESSES, GROUPS
from receivables.admin.shared.labels import bucket_label, days_overdue, status_label
from receivables.admin.shared.timeline import Entry, length, timeline
from receivables.admin.shared.values import nested, readable
from receivables.api.serializers import InvoiceSerializer
from receivables.models import Invoice
from receivables.models.notes_and_tags import Tag
from receivables.money.texts import shown

MOST_TAGS = 500


def page_context(model_admin: Any, request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    with_debtors([invoice])
    most = length(request)
    notes = list(_notes(invoice, most + 1))
    return {
        "title": _("Invoice %(number)s") % {"number": invoice.invoice_number},
        "subtitle": None,
        "invoice": invoice,
        "debtor_name": debtor_name(invoice),
        "figures": _figures(invoice),
        "groups": [_group(invoice, title, names) for title, names in GROUPS],
        "addresses": [(name, shown_address(getattr(invoice, column))) for column, name in ADDRESSES.items()],
        "extra": [(key, nested(value)) for key, value in invoice.extra.items()],
        "raw": [(name, value) for name, value in InvoiceSerializer(invoice).data.items()],
        "warnings": warnings_of(invoice),
        "timeline": timeline(invoice, most, [*notes, *_rejected(invoice)]),
        "newest_note": notes[0].note.pk if notes and notes[0].note else None,
        **_remarks(request, invoice),
    }


def _figures(invoice: Invoice) -> dict[str, Any]:
    amount = invoice.open_amount
    return {
        "open": None if amount is None else shown(amount, invoice.currency),
        "invoiced": shown(invoice.invoice_amount, invoice.currency),
        "is_credit": amount is not None and amount < 0,
        "days": days_overdue(invoice.due_date, amount),
        "due": day(invoice.due_date),
        "age": bucket_label(invoice.bucket, amount),  # type: ignore[attr-defined]
        "status": status_label(invoice.status),
    }


def _group(invoice: Invoice, title: Any, names: dict[str, Any]) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return a group with the fields that the feed filled."""
    found = [(name, getattr(invoice, column), column) for column, name in names.items()]
    shown = ((name, readable(Invoice, column, value, invoice.currency)) for name, value, column in found)
    return title, [(name, value) for name, value in shown if value is not None]


def _notes(invoice: Invoice, most: int) -> Iterator[Entry]:
    for note in invoice.notes.select_related("author").order_by("-id")[:most]:
        yield Entry("note", note.created_at, _("Note"), author=note.author_username, note=note)


def _rejected(invoice: Invoice) -> Iterator[Entry]:
    for rejection in rejections_of(invoice):
        title = _("Row %(number)d was rejected") % {"place": rejection.place}
        yield Entry("rejected", rejection.rejected_at, title, rejection.upload_id, errors=rejection.errors)


def _remarks(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    may_tag = request.user.has_perm("receivables.add_invoicetag")
    known = Tag.objects.of_account(invoice.account_id)[:MOST_TAGS] if may_tag else []
    return {"tags": invoice.tags.all(), "known_tags": known, "note_form": NoteForm(), "tag_form": TagForm()}
