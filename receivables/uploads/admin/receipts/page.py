"""What the page of one receipt shows, and of one that is still under way."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from receivables.uploads.admin.labels import RESOURCES, label_of, number, seconds
from receivables.uploads.admin.receipts import cells
from receivables.uploads.admin.receipts.changes import changed_rows, may_see_rows, rows_url
from receivables.uploads.api.receipts import was_refused_whole
from receivables.uploads.models import Draft, State, Upload
from receivables.uploads.resources import Resource

ERRORS_ON_A_PAGE = 50
LONGEST_ID = 19  # digits, so that every number of fewer is a bigint


def receipt_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return all of a receipt; of one under way how far it is."""
    context = summary(upload)
    if upload.state != State.FINISHED:
        return context | {"progress": progress(upload), "progress_url": progress_url(upload)}
    return context | findings(request, upload) | _done(request, upload)


def summary(upload: Upload) -> dict[str, Any]:
    text, kind = label_of(upload)
    return {
        "upload": upload,
        "outcome": text,
        "outcome_kind": kind,
        "rows_of": RESOURCES[upload.resource],
        "took": seconds(upload),
        "has_money": upload.resource == Resource.INVOICES,
    }


def findings(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what is to be seen of a preview as well."""
    page = Paginator(upload.errors, ERRORS_ON_A_PAGE).get_page(request.GET.get("errors"))
    return {
        "counts": cells.counts(upload),
        "received": number(upload.received_count),
        "totals": cells.totals(upload),
        "error_page": page,
        "errors": cells.faults(upload, page),
        "errors_omitted": number(upload.errors_omitted_count) if upload.errors_omitted_count else "",
        "warnings": cells.warnings(upload, may_see_rows=may_see_rows(request.user, upload)),
        "warnings_omitted": upload.warnings_omitted_count,
        "is_lenient": not was_refused_whole(upload),
        "keeps_rows": upload.rejected_kept_count and not upload.is_dry_run and not was_refused_whole(upload),
        "rejected_omitted": _rejected_omitted(upload),
        "over_budget": number(upload.over_budget_count) if upload.over_budget_count else "",
    }


def _rejected_omitted(upload: Upload) -> str:
    """Return how many bad rows are counted alone, where others are kept and all were read."""
    count = upload.invalid_count - upload.rejected_kept_count
    return number(count) if count and upload.has_complete_counts and not upload.is_dry_run else ""


def _done(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what an upload left in the tables; one that was tried left nothing."""
    if upload.is_dry_run or not upload.created_count + upload.updated_count or not may_see_rows(request.user, upload):
        return {}
    after = _place(request.GET.get("changes", ""))
    changed = changed_rows(upload, after) if upload.updated_count else None
    return {"left_rows": True, "changed": changed, "changed_after": after, "rows_url": rows_url(upload)}


def _place(given: str) -> int:
    """Return what the page of changes begins after; 0 for what is no place."""
    return int(given) if given.isdecimal() and given.isascii() and len(given) < LONGEST_ID else 0


def progress_url(upload: Upload) -> str:
    return reverse("admin:uploads_upload_progress", args=[upload.pk])


def progress(upload: Upload) -> dict[str, Any]:
    """Return how far an upload is, for people and for the script that asks again; in percent, if its rows were counted
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
