"""What a receipt shows of the full load that its upload was, ended or confirmed, as its sender was told."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from receivables.admin.shared.cells import money
from receivables.models import Invoice
from receivables.uploads.admin.loads.renumbering import is_renumbered, renumbering_address
from receivables.uploads.admin.loads.texts import code_name, code_names, named_codes
from receivables.uploads.admin.texts import number, reason_text
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import FullLoad, LoadState, Upload

NEAR_SHOWN = 20
WOULD_BE: dict[str, Any] = {
    LoadState.CLOSED: _("What is missing would be closed."),
    LoadState.NOTHING_TO_CLOSE: _("Nothing is missing, so nothing would close."),
    LoadState.WITHHELD: _("It would be withheld: nothing would close until somebody confirms it."),
}
WAS: dict[str, Any] = {
    LoadState.CLOSED: _("What was missing was closed."),
    LoadState.NOTHING_TO_CLOSE: _("Nothing was missing, so nothing closed."),
    LoadState.WITHHELD: _("It was withheld: nothing closed. Somebody can confirm it on its page."),
}


def load_context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return what became of the load, the address of its page, and of the page that lets a refused one pass."""
    context: dict[str, Any] = {"load_url": _page_of_load(request, upload)}
    if upload.snapshot:
        context["load"] = _shown(upload.snapshot)
        context["near"] = _near(upload) if request.user.has_perm("receivables.view_invoice") else []
    if is_renumbered(upload) and request.user.has_perm("uploads.confirm_fullload"):
        context["renumbering_url"] = renumbering_address(upload=upload.pk)
    return context


def _page_of_load(request: HttpRequest, upload: Upload) -> str:
    """Return the address of the page of the load; one in one request that was refused or tried has none."""
    if upload.load_id is None or not request.user.has_perm("uploads.view_fullload"):
        return ""
    loads = FullLoad.objects.filter(account=upload.account_id, pk=upload.load_id)
    return reverse("admin:uploads_fullload_change", args=[upload.load_id]) if loads.exists() else ""


def _shown(snapshot: dict[str, Any]) -> dict[str, Any]:
    would_be = snapshot["wouldBe"]
    return {
        "codes": named_codes(snapshot["companyCodes"]),
        "verdict": WOULD_BE.get(would_be) if would_be else WAS.get(snapshot["outcome"]),
        "reasons": [reason_text(reason) for reason in snapshot.get("reasons", ())],
        "missing": [_missing(group) for group in snapshot.get("missing", ())],
        "left_out": code_names(snapshot.get("leftOut", ())),
    }


def _near(upload: Upload) -> list[dict[str, Any]]:
    """Return stored items that the load brought under another spelling: with the row, or the item that it created."""
    pairs = (upload.snapshot or {}).get("nearIdentities", [])[:NEAR_SHOWN]
    pks = [pair[name] for pair in pairs for name in ("missingId", "createdId") if name in pair]
    items = Invoice.objects.filter(account=upload.account_id).only("invoice_number", "customer_number").in_bulk(pks)
    return [
        {
            "stored": items.get(pair["missingId"]),
            "created": items.get(pair.get("createdId")),
            "row": position_at(upload.file_lines, pair["index"]) if "index" in pair else None,
        }
        for pair in pairs
    ]


def _missing(group: dict[str, Any]) -> dict[str, Any]:
    return {
        "company_code": code_name(group["companyCode"]),
        "currency": group["currency"],
        "items": number(group["items"]),
        "amount": money(Decimal(group["openAmount"]), group["currency"]),
    }
