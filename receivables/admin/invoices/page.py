"""What the page of one invoice shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from receivables.admin.invoices.customers import is_known_number, with_customers
from receivables.admin.invoices.views import NoteForm, TagForm
from receivables.admin.shared.cells import bucket_label, day, days_overdue, status_label
from receivables.admin.shared.field_names import ADDRESSES, GROUPS
from receivables.admin.shared.timeline import Entry, length, timeline
from receivables.admin.shared.values import nested, readable, shown_address
from receivables.api.serializers import InvoiceSerializer
from receivables.models import Invoice
from receivables.models.notes_and_tags import Tag
from receivables.money import CURRENCIES, shown

MOST_TAGS = 500


@dataclass(frozen=True)
class Rejection:
    """A row of an invoice's identity that an upload rejected; `row_number` counts from one, as people do."""

    upload_id: UUID
    rejected_at: datetime
    row_number: int
    errors: list[str]


# Functions that return the latest rejections of an invoice; uploads, which know them, add theirs.
rejection_providers: list[Callable[[Invoice], list[Rejection]]] = []


def page_context(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    with_customers([invoice])
    most = length(request)
    latest = invoice.notes.select_related("author").order_by("-id")[: most + 1]
    notes = [Entry("note", note.created_at, _("Note"), author=note.author_username, note=note) for note in latest]
    may_tag = request.user.has_perm("receivables.add_invoicetag")
    return {
        "title": _("Invoice %(number)s") % {"number": invoice.invoice_number},
        "subtitle": None,
        "invoice": invoice,
        "figures": _figures(invoice),
        "groups": [_group(invoice, title, names) for title, names in GROUPS],
        "addresses": [(name, shown_address(getattr(invoice, column))) for column, name in ADDRESSES.items()],
        "extra": [(key, nested(value)) for key, value in invoice.extra.items()],
        "raw": [(name, value) for name, value in InvoiceSerializer(invoice).data.items()],
        "warnings": _warnings(invoice),
        "timeline": timeline(invoice, most, [*notes, *_rejected(invoice)]),
        "newest_note": latest[0].pk if notes else None,
        "tags": invoice.tags.all(),
        "known_tags": Tag.objects.of_account(invoice.account_id)[:MOST_TAGS] if may_tag else [],
        "note_form": NoteForm(),
        "tag_form": TagForm(),
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


def _rejected(invoice: Invoice) -> Iterator[Entry]:
    for rejection in chain.from_iterable(provider(invoice) for provider in rejection_providers):
        title = _("Row %(number)d was rejected") % {"number": rejection.row_number}
        yield Entry("rejected", rejection.rejected_at, title, rejection.upload_id, errors=rejection.errors)


def _warnings(invoice: Any) -> list[str]:
    """Return what is unusual about an invoice, in sentences."""
    is_open = invoice.open_amount is None or invoice.open_amount != 0
    customer = invoice.customer
    is_of_several = customer is None and not invoice.company_code and is_known_number(invoice)
    sentences = {
        _("The balance “%(text)s” is not an amount, so the open amount is not known.")
        % {"text": invoice.balance_text}: (invoice.balance_text != "" and invoice.balance_amount is None),
        _("The due date is missing, so the invoice never becomes overdue."): is_open and invoice.due_date is None,
        _("The currency is missing, so the invoice is not added to amounts with a currency."): invoice.currency == "",
        _("“%(currency)s” is not a currency of ISO 4217.") % {"currency": invoice.currency}: (
            invoice.currency != "" and invoice.currency not in CURRENCIES
        ),
        _("No customer with the number %(number)s was sent for this company code.")
        % {"number": invoice.customer_number}: (customer is None and not is_of_several),
        _(
            "Several customers have the number %(number)s. The invoice names no company code, so it belongs to none of "
            "them."
        )
        % {"number": invoice.customer_number}: is_of_several,
        _("These fields are not part of the contract: %(names)s. They are stored and shown below.")
        % {"names": ", ".join(sorted(invoice.extra))}: bool(invoice.extra),
    }
    return [sentence for sentence, applies in sentences.items() if applies]
