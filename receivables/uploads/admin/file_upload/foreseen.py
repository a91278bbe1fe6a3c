"""What the preview of a file shows beside its receipt: the changes field by field, what needs a typed confirmation, and
what would become of a full load.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from receivables.admin.shared.cells import day, money, share_text
from receivables.admin.shared.fields import FIELD_NAMES, readable
from receivables.models import Invoice
from receivables.money import shown
from receivables.uploads.admin.company_codes import MOST_BOXES, CompanyCodesField, lines_of
from receivables.uploads.admin.receipts.page import MODELS, may_see_rows, row_url
from receivables.uploads.admin.texts import number, reason_text
from receivables.uploads.file_upload.confirming import is_confirmable, is_large_change
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import Draft, LoadState, Upload
from receivables.uploads.resources import Resource

LONGEST = 60  # characters of a value
MAX_LEFT_OUT = 20


def foreseen_context(request: HttpRequest, draft: Draft, preview: Upload) -> dict[str, Any]:
    foreseen = draft.foreseen or {}
    fields = foreseen.get("fields", []) if may_see_rows(request.user, preview) else []
    context = {
        "differences": [_field(draft.resource, field) for field in fields],
        "large": _large(foreseen, preview) if is_large_change(draft) else [],
        "has_load": draft.is_full_load or (draft.resource == Resource.INVOICES and is_confirmable(preview)),
        **_offered(draft),
    }
    has_outcome = bool(preview.snapshot) and is_confirmable(preview)
    near = _near(draft, preview) if preview.snapshot and may_see_rows(request.user, preview) else []
    return context | {"load": _load(request, draft, preview) if has_outcome else None, "near": near}


def _field(resource: str, field: dict[str, Any]) -> dict[str, Any]:
    """Return a field that would change: its name, and the most frequent values before and after with their rows."""
    model, column = MODELS[resource][0], field["field"]
    known = column in FIELD_NAMES[model]

    def text(value: str | None) -> Any:
        read = readable(model, column, value) if known else value
        if isinstance(read, str) and not isinstance(read, SafeString):
            return Truncator(read).chars(LONGEST)
        return read

    shown_rows = sum(rows for _before, _after, rows in field["values"])
    return {
        "name": FIELD_NAMES[model].get(column, column),
        "values": [(text(before), text(after), number(rows)) for before, after, rows in field["values"]],
        "rows": number(field["rows"]),
        "others": number(field["rows"] - shown_rows) if field["rows"] > shown_rows else "",
        "lines": len(field["values"]) + (field["rows"] > shown_rows),
    }


def _large(foreseen: dict[str, Any], preview: Upload) -> list[str]:
    """Return why the confirmation has to be typed, in sentences."""
    return [*_of_rows(foreseen), *(_of_sum(move) for move in foreseen.get("moves", []))]


def _of_rows(foreseen: dict[str, Any]) -> Iterable[str]:
    if count := foreseen.get("currencies"):
        text = ngettext("The currency of %(count)s row changes.", "The currency of %(count)s rows changes.", count)
        yield text % {"count": number(count)}
    if count := foreseen.get("signs"):
        text = ngettext(
            "The amount of %(count)s row changes its sign: a debit becomes a credit, or a credit a debit.",
            "The amounts of %(count)s rows change their sign: debits become credits, or credits debits.",
            count,
        )
        yield text % {"count": number(count)}


def _of_sum(move: dict[str, Any]) -> str:
    before, after = (shown(Decimal(move[name]), move["currency"]) for name in ("before", "after"))
    values = {"code": code_name(move["companyCode"]), "before": before, "after": after}
    return _("Company code %(code)s: the open sum moves from %(before)s to %(after)s.") % values


def code_name(code: str) -> str:
    return code or _("blank company code")


def _offered(draft: Draft) -> dict[str, Any]:
    """Return the company codes that are offered: one by one, or as one text where they are too many."""
    offered = offered_codes(draft)
    if len(offered) <= MOST_BOXES:
        return {"offered": offered}
    preselected = lines_of(each["code"] for each in offered if each["is_preselected"])
    box = CompanyCodesField().widget.render("company_codes", preselected, {"id": "company-codes"})
    return {"offered_count": number(len(offered)), "offered_box": box}


def offered_codes(draft: Draft) -> list[dict[str, Any]]:
    """Return the company codes that the file may be all of: those of its rows, then others with something open."""
    preview: Any = draft.preview
    rows = _rows_by_code(preview)
    items = Counter[str]()
    for tally in (draft.foreseen or {}).get("open", []):
        items[tally["companyCode"]] += tally["items"]
    preselected = set(_preselected(draft, preview, rows))
    return [
        {
            "code": code,
            "name": code_name(code),
            "rows": number(rows[code]),
            "items": number(items[code]),
            "is_preselected": code in preselected,
        }
        for code in sorted({*rows, *items, *preselected}, key=lambda code: (not rows[code], code))
    ]


def _rows_by_code(preview: Upload) -> Counter[str]:
    """Return the rows of the file; the totals of a full load have the items that it would close as well."""
    rows = Counter[str]()
    for total in preview.totals:
        rows[total["companyCode"]] += total["rows"]
    if preview.snapshot and preview.snapshot["wouldBe"] == LoadState.CLOSED:
        rows.subtract(_missing_by_code(preview))
    return +rows


def _missing_by_code(preview: Any) -> Counter[str]:
    missing = Counter[str]()
    for each in preview.snapshot["missing"]:
        missing[each["companyCode"]] += each["items"]
    return missing


def _preselected(draft: Draft, preview: Upload, rows: Iterable[str]) -> Iterable[str]:
    if draft.company_codes is not None:
        return draft.company_codes
    return preview.snapshot["companyCodes"] if preview.snapshot else rows


def _load(request: HttpRequest, draft: Draft, preview: Any) -> dict[str, Any]:
    """Return what would become of a full load, as its dry run says."""
    snapshot, open_now = preview.snapshot, (draft.foreseen or {}).get("open", [])
    missing = {(each["companyCode"], each["currency"]): each for each in snapshot["missing"]}
    codes = set(snapshot["companyCodes"])
    count = sum(each["items"] for each in missing.values())
    items = _missing_items(draft) if may_see_rows(request.user, preview) else []
    return {
        "closes": snapshot["wouldBe"] == LoadState.CLOSED,
        "is_withheld": snapshot["wouldBe"] == LoadState.WITHHELD,
        "sentence": _sentence(snapshot["wouldBe"], count),
        "reasons": [reason_text(reason) for reason in snapshot["reasons"]],
        "groups": [_group(tally, missing) for tally in open_now if tally["companyCode"] in codes],
        "items": items,
        "more": number(count - len(items)) if items and count > len(items) else "",
        "left_out": ", ".join(code_name(code) for code in snapshot["leftOut"][:MAX_LEFT_OUT]),
        "more_left_out": max(len(snapshot["leftOut"]) - MAX_LEFT_OUT, 0),
    }


def _sentence(would_be: str, count: int) -> str:
    if not count:
        return _("The file has all open items of its company codes. Nothing would be closed.")
    if would_be == LoadState.WITHHELD:
        text = ngettext(
            "%(count)s open item is not in the file. It would stay open until someone confirms the full load:",
            "%(count)s open items are not in the file. They would stay open until someone confirms the full load:",
            count,
        )
    else:
        text = ngettext(
            "%(count)s open item is not in the file. It would be closed, and nothing would be owed on it.",
            "%(count)s open items are not in the file. They would be closed, and nothing would be owed on them.",
            count,
        )
    return text % {"count": number(count)}


def _group(tally: dict[str, Any], missing: dict[tuple[str, str], Any]) -> dict[str, Any]:
    code, currency = tally["companyCode"], tally["currency"]
    lacking = missing.get((code, currency), {"items": 0, "openAmount": "0"})
    return {
        "code": code_name(code),
        "currency": currency,
        "items": number(tally["items"]),
        "amount": money(Decimal(tally["amount"]), currency),
        "share": share_text(lacking["items"], tally["items"]),
        "missing_items": number(lacking["items"]),
        "missing_amount": money(Decimal(lacking["openAmount"]), currency) if lacking["items"] else "",
    }


def _near(draft: Draft, preview: Any) -> list[dict[str, Any]]:
    """Return open items that the file has under another spelling, with the row where it is known."""
    pairs = preview.snapshot.get("nearIdentities", [])
    found = Invoice.objects.filter(account=draft.account_id).in_bulk([pair["missingId"] for pair in pairs])
    return [
        {
            "name": found[pair["missingId"]].invoice_number,
            "url": row_url(Invoice, pair["missingId"]),
            "row": position_at(preview.file_lines, pair["index"]) if "index" in pair else None,
        }
        for pair in pairs
        if pair["missingId"] in found
    ]


def _missing_items(draft: Draft) -> list[dict[str, Any]]:
    """Return the largest of the missing items, as they are stored now."""
    ids = (draft.foreseen or {}).get("missing", [])
    found = Invoice.objects.filter(account=draft.account_id).in_bulk(ids)
    return [
        {
            "name": invoice.invoice_number,
            "url": row_url(Invoice, invoice.pk),
            "code": code_name(invoice.company_code),
            "customer": f"{invoice.customer_number} {invoice.customer_name}".strip(),
            "due": day(invoice.due_date),
            "amount": money(invoice.open_amount, invoice.currency),
        }
        for invoice in (found[pk] for pk in ids if pk in found)
    ]
