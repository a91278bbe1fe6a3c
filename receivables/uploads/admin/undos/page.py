"""What staff see of an undo: what would happen, what happened, and what stayed as it was."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from receivables.uploads.admin.receipts.page import MODELS, may_see_rows, row_url, total_row
from receivables.uploads.admin.texts import number, rendered_text
from receivables.uploads.models import FullLoad, Kind, LoadState, SkippedRow, SkipReason, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.undoing.fates import Fates
from receivables.uploads.undoing.targets import UndoRefused, check, target_of

SKIPPED_ON_A_PAGE = 50
COUNTS: dict[str, Any] = {
    "reverted": _("Back to what they were"),
    "withdrawn": _("Withdrawn"),
    "kept": _("Stay as they are"),
    "reopened": _("Open again"),
    "reclosed": _("Closed again"),
    "keptClosings": _("Stay closed, or open"),
}
REASONS: dict[str, Any] = {
    SkipReason.CHANGED: _("changed by a later upload"),
    SkipReason.CONTAINED: _("contained in a later full load"),
    SkipReason.CREATED: _("created by it: customers stay"),
}


def counts_shown(counts: dict[str, int]) -> list[tuple[Any, str]]:
    """Return what becomes of rows, and of how many."""
    return [(title, number(counts[name])) for name, title in COUNTS.items() if counts[name]]


def preview_context(found: Upload | FullLoad, foreseen: Fates) -> dict[str, Any]:
    """Return what would happen if it was taken back now."""
    return {
        "found": found,
        "is_load": isinstance(found, FullLoad),
        "restores": foreseen.target.restores,
        "counts": counts_shown(foreseen.counts),
        "kept": _reasons(foreseen),
        "totals": [total_row(total) for total in foreseen.totals],
        "has_money": foreseen.target.resource == Resource.INVOICES,
        "digest": foreseen.digest,
        "back_url": page_of(found),
    }


def _reasons(foreseen: Fates) -> list[tuple[str, Any]]:
    """Return why rows stay as they are, with their numbers."""
    counts = dict.fromkeys(REASONS, 0)
    for group in foreseen.groups:
        if group.reason:
            counts[group.reason] += group.rows
    return [(number(count), REASONS[reason]) for reason, count in counts.items() if count]


def page_of(found: Upload | FullLoad, name: str = "change") -> str:
    """Return the address of a page of an upload, or a full load."""
    return reverse(f"admin:uploads_{found._meta.model_name}_{name}", args=[found.pk])


def undo_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return of a receipt: whether it can be taken back, or was; of an undo, what it did."""
    context: dict[str, Any] = offer(request, _whole(upload))
    if upload.undone_by:
        context["undone_url"] = reverse("admin:uploads_upload_change", args=[upload.undone_by])
    if upload.kind == Kind.UNDO and upload.undo:
        context |= {
            "undo_counts": counts_shown(upload.undo["counts"]),
            "undid_url": _undid_url(upload),
            **_skipped(request, upload),
        }
    return context


def load_undo_context(request: HttpRequest, load: FullLoad) -> dict[str, Any]:
    """Return of a full load: whether it can be taken back, or was."""
    if load.state == LoadState.OPEN:
        return {}
    if load.state != LoadState.UNDONE:
        return offer(request, load)
    uploads = Upload.objects.filter(account=load.account_id, load_id=load.pk).exclude(kind=Kind.UNDO)
    undone_by = uploads.exclude(undone_by=None).values_list("undone_by", flat=True).first()
    return {"undone_url": reverse("admin:uploads_upload_change", args=[undone_by])} if undone_by else {}


def _whole(upload: Upload) -> Upload | FullLoad:
    """Return what is taken back with an upload: an upload of a full load, all of it."""
    if upload.load_id is None or upload.kind == Kind.UNDO:
        return upload
    return FullLoad.objects.filter(account=upload.account_id, pk=upload.load_id).first() or upload


def _undid_url(upload: Upload) -> str:
    name, pk = ("upload", upload.undoes) if upload.undoes else ("fullload", upload.load_id)
    return reverse(f"admin:uploads_{name}_change", args=[pk])


def offer(request: HttpRequest, found: Upload | FullLoad) -> dict[str, Any]:
    """Return the address where who may takes it back, or why it cannot be; nothing of what stored nothing."""
    if isinstance(found, Upload) and (found.merged_at is None or found.undone_by):
        return {}
    if not request.user.has_perm("uploads.undo_upload"):
        return {}
    try:
        check(target_of(found))
    except UndoRefused as refusal:
        return {"undo_refused": rendered_text(refusal.rendered)}
    return {"undo_url": page_of(found, "undo")}


def _skipped(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what an undo left as it was, page by page."""
    skipped = SkippedRow.objects.filter(account=upload.account_id, undo_id=upload.pk).order_by("row_id")
    page = Paginator(skipped, SKIPPED_ON_A_PAGE).get_page(request.GET.get("skipped"))
    if not may_see_rows(request.user, upload):
        return {"skipped_count": number(page.paginator.count)}
    model = MODELS[upload.resource][0]
    rows = model.objects.filter(account=upload.account_id).in_bulk([each.row_id for each in page])
    return {
        "skipped_page": page,
        "skipped": [
            {
                "row": rows.get(each.row_id),
                "url": row_url(model, each.row_id),
                "reason": REASONS[each.reason],
                "upload_url": reverse("admin:uploads_upload_change", args=[each.upload_id]),
            }
            for each in page
        ],
    }
