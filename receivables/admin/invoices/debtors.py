"""The customers that invoices belong to."""

from collections.abc import Sequence
from typing import Any

from customers.models import Customer
from receivables.models import Invoice
from receivables.models.customer_matching import OWED_BY_CUSTOMER

_DEBTORS = f"""
SELECT customer.*, owed.id AS invoice_id FROM receivables_invoice AS owed
JOIN customers_customer AS customer ON {OWED_BY_CUSTOMER}
WHERE owed.id = ANY(%s)
"""  # noqa: S608 - our own text


def with_debtors(invoices: Sequence[Invoice]) -> Sequence[Invoice]:
    """Give each invoice its `debtor`, a customer or None, by one query for all of them."""
    found: Any = Customer.objects.raw(_DEBTORS, [[invoice.pk for invoice in invoices]]) if invoices else []
    debtors = {customer.invoice_id: customer for customer in found}
    for invoice in invoices:
        invoice.debtor = debtors.get(invoice.pk)  # type: ignore[attr-defined]
    return invoices


def debtor_name(invoice: Any) -> str:
    """Return the name of an invoice's customer; as the invoice has it, where the customer has none."""
    name: str = invoice.debtor.name if invoice.debtor else ""
    return name or invoice.customer_name
