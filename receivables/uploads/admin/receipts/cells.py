"""The contents of a receipt as rows of tables for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from receivables.admin.shared.cells import difference, money
from receivables.uploads.admin.labels import number
from receivables.uploads.admin.receipts.changes import MODELS, row_url
from receivables.uploads.admin.translated import error_text, warning_text
from receivables.uploads.counts import OUTCOMES
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import Upload


@dataclass(frozen=True)
class ShownCount:
    name: str
    shown: str
    kind: str


def counts(upload: Upload) -> list[ShownCount]:
    """Return the number of rows of each outcome; together they are those received."""
    return [
        ShownCount(
            count.title.lower(),
            number(count.of(upload)),
            "plain" if count.variant == "danger" and not count.of(upload) else count.variant,
        )
        for count in OUTCOMES
    ]


@dataclass(frozen=True)
class Total:
    company_code: str
    currency: str
    rows: int
    invoice_amount: SafeString | None
    before: SafeString | None
    after: SafeString | None
    difference: SafeString | None


def totals(upload: Upload) -> list[Total]:
    """Return the totals per company code and currency: what was open in the upload's items before it, and after."""
    return [_total(total) for total in upload.totals]


def _total(total: dict[str, Any]) -> Total:
    before, after = Decimal(total["openBefore"]), Decimal(total["openAfter"])
    currency = total["currency"]
    return Total(
        total["companyCode"],
        currency,
        total["rows"],
        money(Decimal(total["invoiceAmount"]), currency),
        money(before, currency),
        money(after, currency),
        difference(after - before, currency),
    )


@dataclass(frozen=True)
class Fault:
    """An error, or a warning that was noted in several rows."""

    row: int | None
    field: str
    message: str
    code: str
    identity: dict[str, str]
    rows: int = 1
    stored_url: str = ""  # the page of a stored row that it is about


def faults(upload: Upload, errors: Iterable[dict[str, Any]]) -> list[Fault]:
    return [_fault(upload, error) for error in errors]


def _fault(upload: Upload, error: dict[str, Any]) -> Fault:
    row = position_at(upload.file_lines, error["index"]) if "index" in error else None
    return Fault(row, error.get("field", ""), error_text(upload, error), error["code"], error.get("identity", {}))


def warnings(upload: Upload, *, may_see_rows: bool) -> list[Fault]:
    return [
        Fault(
            position_at(upload.file_lines, warning["firstIndex"]),
            warning.get("field", ""),
            warning_text(upload, warning),
            warning["code"],
            {},
            warning["rows"],
            row_url(MODELS[upload.resource][0], warning["stored"]["id"])
            if may_see_rows and "stored" in warning
            else "",
        )
        for warning in upload.warnings
    ]
