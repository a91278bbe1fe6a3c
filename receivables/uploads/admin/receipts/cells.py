"""The contents of a receipt as rows of tables for people."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from receivables.admin.shared.cells import difference, money
from receivables.uploads.admin.labels import number
from receivables.uploads.admin.receipts.changes import MODELS, row_url
from receivables.uploads.admin.translated import error_text, warning_text
from receivables.uploads.counts import OUTCOMES
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import Upload


def counts(upload: Upload) -> list[dict[str, Any]]:
    """Return the number of rows of each outcome; together they are those received."""
    return [
        {
            "name": count.title.lower(),
            "shown": number(count.of(upload)),
            "kind": "plain" if count.variant == "danger" and not count.of(upload) else count.variant,
        }
        for count in OUTCOMES
    ]


def totals(upload: Upload) -> list[dict[str, Any]]:
    """Return the totals per company code and currency: what was open in the upload's items before it, and after."""
    return [_total(total) for total in upload.totals]


def _total(total: dict[str, Any]) -> dict[str, Any]:
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


def error_rows(upload: Upload, errors: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "row": position_at(upload.file_lines, error["index"]) if "index" in error else None,
            "field": error.get("field", ""),
            "message": error_text(upload, error),
            "code": error["code"],
            "identity": error.get("identity", {}),
        }
        for error in errors
    ]


def warning_rows(upload: Upload, *, may_see_rows: bool) -> list[dict[str, Any]]:
    """Return the warnings, each with the page of the stored row that it is about, if there is one."""
    model = MODELS[upload.resource][0]
    return [
        {
            "row": position_at(upload.file_lines, warning["firstIndex"]),
            "field": warning.get("field", ""),
            "message": warning_text(upload, warning),
            "code": warning["code"],
            "rows": warning["rows"],
            "stored_url": row_url(model, warning["stored"]["id"]) if may_see_rows and "stored" in warning else "",
        }
        for warning in upload.warnings
    ]
