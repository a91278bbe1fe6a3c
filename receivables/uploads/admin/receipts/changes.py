"""The diff that an upload caused: rows it changed, column by column, page by page."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from customers.models import Customer, CustomerChange
from receivables.admin.shared.timeline import differences
from receivables.models import Invoice, InvoiceChange
from receivables.uploads.models import Upload
from receivables.uploads.resources import Resource

PAGE_ROWS = 20
MODELS: dict[str, tuple[Any, Any, str]] = {
    Resource.INVOICES: (Invoice, InvoiceChange, "invoice"),
    Resource.CUSTOMERS: (Customer, CustomerChange, "customer"),
}


def changed_rows(upload: Upload, after: int) -> dict[str, Any]:
    """Return a page of rows whose changes come after the one with this id; `following` is what the next page begins
    after, if there is one.
    """
    _, model, relation = MODELS[upload.resource]
    changes: QuerySet[Any] = model.objects.filter(upload_id=upload.pk, pk__gt=after)
    found = list(changes.select_related(relation).order_by("pk")[: PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    rows = []
    for change in shown:
        row = getattr(change, relation)
        # An invoice's currency after the change, as far as the change and the row show it.
        currency = change.changes.get("currency", ["", getattr(row, "currency", "")])[1]
        different = differences(row, change, currency)
        rows.append({"name": str(row), "url": row_url(row, row.pk), "differences": different})
    return {"rows": rows, "following": shown[-1].pk if len(found) > PAGE_ROWS else None}


def may_see_rows(user: Any, upload: Upload) -> bool:
    model, _, _ = MODELS[upload.resource]
    return user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def rows_url(upload: Upload) -> str:
    """Return the address of the list of rows that the upload wrote last; customers are not listed so."""
    if upload.resource != Resource.INVOICES:
        return ""
    return reverse("admin:receivables_invoice_changelist") + f"?upload={upload.pk}"


def row_url(model: Any, pk: int) -> str:
    """Return the address of the page of a stored row."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
