"""What the page of one full load shows: what became of it, why, and the items that it lacked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Abs
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from receivables.admin.shared.cells import day, label, money, share_text
from receivables.models import Invoice
from receivables.uploads.admin.loads.texts import code_name, meaning, named_codes, size_text, state_label
from receivables.uploads.admin.texts import label_of, number, reason_text
from receivables.uploads.models import Fate, FullLoad, LoadedCode, LoadState, MissingItem, Upload

ITEMS_ON_A_PAGE = 50
UPLOADS_SHOWN = 100
DROPPED = (Fate.SEEN, Fate.CHANGED)
FATES: dict[str, tuple[Any, str]] = {
    Fate.MISSING: (_("open"), "warning"),
    Fate.CLOSED: (_("no longer in the full load"), "success"),
    Fate.SEEN: (_("seen by a later upload"), "info"),
    Fate.CHANGED: (_("changed by a later upload"), "info"),
}
# Parts of the list of missing items, by their names in the address.
PARTS: dict[str, tuple[Any, Q]] = {
    "": (_("All"), Q()),
    "near": (_("Came under another spelling"), Q(near_id__isnull=False)),
    "dropped": (_("Dropped out"), Q(fate__in=DROPPED)),
}


def load_context(request: HttpRequest, load: Any) -> dict[str, Any]:
    """Return all of a load; its items only to those who may see invoices."""
    may_confirm = request.user.has_perm("uploads.confirm_fullload")
    is_withheld = load.state == LoadState.WITHHELD
    return {
        "load": load,
        "state": state_label(load),
        "meaning": meaning(load),
        "codes": named_codes(load.company_codes),
        "size": size_text(load),
        "reasons": [reason_text(reason) for reason in load.reasons],
        "groups": [row for loaded in load.codes.all() for row in _groups(loaded)],
        "is_withheld": is_withheld,
        "may_confirm": is_withheld and may_confirm,
        "may_pass": may_confirm and load.state == LoadState.OPEN,
        "uploads": _uploads(load),
        **(_items(request, load) if request.user.has_perm("receivables.view_invoice") else {}),
    }


def _groups(loaded: LoadedCode) -> Iterator[dict[str, Any]]:
    """Yield what is open, missing and closed of a company code, by currency."""
    by_name = {name: {tally["currency"]: tally for tally in getattr(loaded, name)} for name in _TALLIES}
    for currency in sorted(by_name["open"].keys() | by_name["missing"].keys()):
        found = {name: by_name[name].get(currency, _NOTHING) for name in _TALLIES}
        yield {
            "company_code": code_name(loaded.company_code),
            "currency": currency,
            "share": share_text(found["missing"]["items"], found["open"]["items"]),
            **{name: Sum.of(tally, currency) for name, tally in found.items()},
        }


_TALLIES = ("open", "missing", "closed")
_NOTHING = {"items": 0, "amount": "0"}


@dataclass(frozen=True)
class Sum:
    """A number of items and their amount, as texts."""

    items: str
    amount: Any

    @classmethod
    def of(cls, tally: Mapping[str, Any], currency: str) -> "Sum":
        return cls(number(tally["items"]), money(Decimal(tally["amount"]), currency))


def _uploads(load: FullLoad) -> list[dict[str, Any]]:
    """Return the uploads of a load, in the order in which they came."""
    uploads = Upload.objects.filter(account=load.account_id, load_id=load.pk, is_dry_run=False)
    found = uploads.only("kind", "part", "outcome", "state", "created_at", "received_count", "snapshot").order_by(
        "created_at"
    )
    return [
        {
            "upload": upload,
            "label": label_of(upload),
            "received": number(upload.received_count),
            "url": reverse("admin:uploads_upload_change", args=[upload.pk]),
        }
        for upload in found[:UPLOADS_SHOWN]
    ]


def _items(request: HttpRequest, load: FullLoad) -> dict[str, Any]:
    """Return a page of the items that the load lacked, the largest first, and how many there are of each part."""
    items = MissingItem.objects.filter(account=load.account_id, load=load)
    conditions = {name or "all": Count("pk", filter=condition) for name, (_title, condition) in PARTS.items()}
    counts = items.aggregate(**conditions)
    shown = request.GET.get("items", "")
    part = shown if shown in PARTS else ""
    largest = items.filter(PARTS[part][1]).order_by(Abs("open_amount").desc(nulls_first=True), "invoice_id")
    page = Paginator(largest, ITEMS_ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "part": part,
        "part_title": PARTS[part][0] if part else "",
        "parts": [
            (name, title, number(count))
            for name, (title, _condition) in PARTS.items()
            if (count := counts[name or "all"])
        ],
        "item_page": page,
        "items": list(_item_rows(load, list(page))),
    }


def _item_rows(load: FullLoad, items: Iterable[MissingItem]) -> Iterator[dict[str, Any]]:
    pks = [pk for item in items for pk in (item.invoice_id, item.near_id) if pk is not None]
    stored = _invoices(load).in_bulk(pks)
    for item in items:
        text, tone = FATES[item.fate]
        yield {
            "invoice": stored.get(item.invoice_id),
            "item": item,
            "due": (found := stored.get(item.invoice_id)) and day(found.due_date),
            "amount": money(item.open_amount, item.currency),
            "fate": label(text, tone),
            "near": stored.get(item.near_id) if item.near_id else None,
        }


def _invoices(load: FullLoad) -> QuerySet[Invoice]:
    columns = (
        "invoice_number",
        "customer_number",
        "customer_name",
        "due_date",
        "company_code",
    )
    return Invoice.objects.filter(account=load.account_id).only(*columns)
