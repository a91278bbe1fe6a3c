"""Full loads for tests: the rows of a ledger, and what of it is open."""

from typing import Any

from receivables.models import Invoice
from tests.factories import invoice_row


def ledger(*numbers: Any, **values: Any) -> list[dict[str, Any]]:
    """Return rows of one company code, each of 100 USD, by their invoice numbers."""
    columns = {"companyCode": "1000", "currency": "USD", "customerNumber": "4711", "invoiceAmount": 100} | values
    return [invoice_row(invoiceNumber=str(number), **columns) for number in numbers]


def open_numbers() -> list[str]:
    """Return the numbers of what is open, sorted as numbers."""
    still_owed = Invoice.objects.exclude(open_amount=0)
    return sorted(still_owed.values_list("invoice_number", flat=True), key=int)
