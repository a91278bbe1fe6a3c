"""The rows of an invoice that uploads rejected, for the page of that invoice."""

from typing import Any

from django.db.models.fields.json import KT

from customers.imported.numbers import number_key
from receivables.admin.invoices.page import Rejection
from receivables.models import Invoice
from receivables.uploads.admin.translated import error_text
from receivables.uploads.files.positions import position_at
from receivables.uploads.models import RejectedRow

MOST = 20
_OTHERS = {
    "companyCode": "company_code",
    "accountingDocNumber": "accounting_doc_number",
    "fiscalYear": "fiscal_year",
    "lineItem": "line_item",
}


def rejections(invoice: Invoice) -> list[Rejection]:
    """Return the rejected rows of the invoice's identity, among the newest of its number."""
    numbered = RejectedRow.objects.alias(number=KT("errors__0__identity__invoiceNumber"))
    rows = numbered.filter(number=invoice.invoice_number, upload__account=invoice.account_id, upload__is_dry_run=False)
    newest = rows.select_related("upload").order_by("-upload__created_at", "index")[:MOST]
    return [
        Rejection(
            row.upload_id,
            row.upload.created_at,
            position_at(row.upload.file_lines, row.index) or row.index + 1,
            [error_text(row.upload, error) for error in row.errors],
        )
        for row in newest
        if _names(row.errors[0]["identity"], invoice)
    ]


def _names(identity: dict[str, Any], invoice: Invoice) -> bool:
    if number_key(identity.get("customerNumber", "")) != invoice.customer_number_key:
        return False
    return all(identity.get(name, "") == getattr(invoice, column) for name, column in _OTHERS.items())
