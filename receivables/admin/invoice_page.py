"""What the page of one invoice shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from receivables.admin.addresses import shown_address
from receivables.admin.debtors import with_debtors
from receivables.admin.field_names import ADDRESSES, GROUPS
from receivables.admin.history import FIRST, MOST, timeline
from receivables.admin.labels import bucket_label, days_overdue, status_label
from receivables.admin.remark_forms import NoteForm, TagForm
from receivables.admin.row_warnings import warnings_of
from receivables.admin.values import nested, readable
from receivables.models import Invoice
from receivables.money import shown
from receivables.remarks import Tag
from receivables.serializers import InvoiceSerializer

MOST_TAGS = 500


def page_context(model_admin: Any, request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    with_debtors([invoice])
    is_whole = "all" in request.GET
    return {
        "title": _("Invoice %(number)s") % {"number": invoice.invoice_number},
        "subtitle": None,
        "invoice": invoice,
        "figures": _figures(invoice),
        "groups": [_group(invoice, title, names) for title, names in GROUPS],
        "addresses": [(name, shown_address(getattr(invoice, column))) for column, name in ADDRESSES.items()],
        "extra": [(key, nested(value)) for key, value in invoice.extra.items()],
        "raw": [(name, value) for name, value in InvoiceSerializer(invoice).data.items()],
        "warnings": warnings_of(invoice),
        "timeline": timeline(invoice, MOST if is_whole else FIRST),
        **_remarks(request, invoice),
        "can_see": {
            "customers": request.user.has_perm("customers.view_customer"),
            "uploads": request.user.has_perm("uploads.view_upload"),
        },
    }


def _figures(invoice: Invoice) -> dict[str, Any]:
    amount = invoice.open_amount
    return {
        "open": None if amount is None else shown(amount, invoice.currency),
        "invoiced": shown(invoice.invoice_amount, invoice.currency),
        "is_credit": amount is not None and amount < 0,
        "days": days_overdue(invoice.due_date, amount),
        "due": readable("due_date", invoice.due_date, ""),
        "age": bucket_label(invoice.bucket, amount),  # type: ignore[attr-defined]
        "status": status_label(invoice.status),
    }


def _group(invoice: Invoice, title: Any, names: dict[str, Any]) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return a group with the fields that the feed filled."""
    values = ((name, readable(column, getattr(invoice, column), invoice.currency)) for column, name in names.items())
    return title, [(name, value) for name, value in values if value is not None]


def _remarks(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    may = {
        name: request.user.has_perm(f"receivables.{name}")
        for name in ("add_invoicenote", "delete_invoicenote", "add_invoicetag", "delete_invoicetag")
    }
    known = Tag.objects.of_account(invoice.account_id)[:MOST_TAGS] if may["add_invoicetag"] else []
    return {"may": may, "tags": invoice.tags.all(), "known_tags": known, "note_form": NoteForm(), "tag_form": TagForm()}
