"""What the page of a receipt shows, with the rows that the upload changed, and the page of one that is running."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer, CustomerChange
from receivables.admin.reports.head import address
from receivables.admin.reports.window import JUST
from receivables.admin.shared.cells import difference, money
from receivables.admin.shared.timeline import differences
from receivables.models import Invoice, InvoiceChange
from receivables.reports.moments import moment_text
from receivables.uploads.admin.receipts.full_loads import load_context
from receivables.uploads.admin.texts import RESOURCES, duration_text, error_text, label_of, number, warning_text
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import Draft, Kind, State, Upload
from receivables.uploads.resources import MOVED, OUTCOMES, Resource

ERRORS_ON_A_PAGE = 50
LONGEST_ID = 19  # digits, so that every number of fewer is a bigint


def receipt_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return all of a receipt; the progress of an upload that is running."""
    context = summary(upload)
    if upload.state != State.FINISHED:
        return context | progress_context(upload)
    return context | findings(request, upload) | load_context(request, upload) | _stored_rows(request, upload)


def summary(upload: Upload) -> dict[str, Any]:
    text, kind = label_of(upload)
    return {
        "upload": upload,
        "outcome": text,
        "outcome_kind": kind,
        "rows_of": RESOURCES[upload.resource],
        "duration": duration_text(upload),
        "has_money": upload.resource == Resource.INVOICES,
        "has_rows": upload.kind == Kind.ROWS,
    }


def findings(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what a receipt and a preview show alike."""
    has_omitted_rows = upload.rejected_omitted_count and upload.has_complete_counts and not upload.is_dry_run
    page = Paginator(upload.errors, ERRORS_ON_A_PAGE).get_page(request.GET.get("errors"))
    return {
        "counts": _counts(upload),
        "moved": [(count.title.lower(), number(count.of(upload))) for count in MOVED if count.of(upload)],
        "totals": [total_row(total) for total in upload.totals],
        "error_page": page,
        "errors": _error_rows(upload, page),
        "warnings": _warning_rows(upload, may_see_rows=may_see_rows(request.user, upload)),
        "keeps_rows": upload.rejected_stored_count and not upload.is_dry_run and not upload.was_refused_whole,
        "rejected_omitted": number(upload.rejected_omitted_count) if has_omitted_rows else "",
    }


def _counts(upload: Upload) -> list[dict[str, Any]]:
    """Return the number of rows of each outcome; together they are those received."""
    return [
        {
            "name": count.title.lower(),
            "shown": number(count.of(upload)),
            "kind": "plain" if count.variant == "danger" and not count.of(upload) else count.variant,
        }
        for count in OUTCOMES
    ]


def total_row(total: dict[str, Any]) -> dict[str, Any]:
    """Return the totals of a company code and currency: what was open in the upload's items before it, and after."""
    before, after = Decimal(total["openBefore"]), Decimal(total["openAfter"])
    currency = total["currency"]
    return {
        "company_code": total["companyCode"],
        "currency": currency,
        "rows": total["rows"],
        "invoice_amount": money(Decimal(total["invoiceAmount"]), currency),
        "before": money(before, currency),
        "after": money(after, currency),
        "difference": difference(after - before, currency),
    }


def _error_rows(upload: Upload, errors: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        error
        | {
            "row": position_at(upload.file_lines, error["index"]) if "index" in error else None,
            "message": error_text(upload, error),
        }
        for error in errors
    ]


def _warning_rows(upload: Upload, *, may_see_rows: bool) -> list[dict[str, Any]]:
    """Return the warnings, each with the page of the stored row that it is about, if there is one."""
    model = MODELS[upload.resource][0]
    return [
        warning
        | {
            "row": position_at(upload.file_lines, warning["firstIndex"]),
            "message": warning_text(upload, warning),
            "stored_url": row_url(model, warning["stored"]["id"]) if may_see_rows and "stored" in warning else "",
        }
        for warning in upload.warnings
    ]


def _stored_rows(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what an upload changed in the tables; a dry run changes nothing."""
    changed_count = upload.updated_count + upload.closed_count
    if upload.undo:
        changed_count += sum(upload.undo["counts"][name] for name in ("reverted", "withdrawn", "reopened", "reclosed"))
    if upload.is_dry_run or not upload.created_count + changed_count or not may_see_rows(request.user, upload):
        return {}
    text = request.GET.get("changes", "")
    after = int(text) if text.isdecimal() and text.isascii() and len(text) < LONGEST_ID else 0
    changed = changed_rows(upload, after) if changed_count else None
    return {
        "has_stored_rows": True,
        "changed": changed,
        "changed_after": after,
        "rows_url": rows_url(upload),
        "movements_url": movements_url(upload),
    }


def progress_context(upload: Upload) -> dict[str, Any]:
    return {"progress": progress(upload), "progress_url": reverse("admin:uploads_upload_progress", args=[upload.pk])}


def progress(upload: Upload) -> dict[str, Any]:
    """Return the progress of an upload, for people and for the script of the page; in percent, if its rows were counted
    in a preview.
    """
    counted = Draft.objects.filter(upload=upload).values_list("preview__received_count", flat=True).first()
    steps = [
        (_("Rows read"), upload.read_count),
        (_("Rows checked"), upload.staged_count),
        (_("Rows stored"), upload.merged_count),
    ]
    return {
        "isFinished": upload.state == State.FINISHED,
        "state": label_of(upload)[0],
        "percent": min(upload.staged_count * 100 // counted, 100) if counted else None,
        "steps": [{"name": name, "count": number(count)} for name, count in steps],
    }


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
    changes: QuerySet[Any] = model.objects.filter(
        account=upload.account_id, upload_id=upload.pk, pk__gt=after, changed_at__range=_when_changed(upload)
    )
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


def _when_changed(upload: Upload) -> tuple[datetime, datetime]:
    """Return between which moments an upload changed rows: an index finds them by it. Those of earlier releases have no
    moment; they came and were merged within a day.
    """
    if upload.merged_at:
        return upload.merged_at, upload.merged_at
    return upload.created_at - timedelta(days=1), upload.created_at + timedelta(days=1)


def may_see_rows(user: Any, upload: Upload) -> bool:
    model, _, _ = MODELS[upload.resource]
    return user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def rows_url(upload: Upload) -> str:
    """Return the address of the list of rows that the upload wrote last; customers are not listed so."""
    if upload.resource != Resource.INVOICES:
        return ""
    return reverse("admin:receivables_invoice_changelist") + f"?upload={upload.pk}"


def movements_url(upload: Upload) -> str:
    """Return the address of what an upload of invoices moved; none where its history is not whole."""
    if upload.resource != Resource.INVOICES or upload.merged_at is None or not upload.has_full_history:
        return ""
    ends = (moment_text(moment) for moment in (upload.merged_at - JUST, upload.merged_at))
    return address("movements-page", {"account": upload.account_id, **dict(zip(("since", "until"), ends, strict=True))})


def row_url(model: Any, pk: int) -> str:
    """Return the address of the page of a stored row."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
