"""What people call the columns of customers and invoices, in the groups they read those of an invoice in."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from receivables.models import Invoice

AMOUNTS: dict[str, Any] = {
    "invoice_amount": _("Invoice amount"),
    "local_amount": _("Amount in local currency"),
    "balance_text": _("Balance as sent"),
    "balance_amount": _("Balance"),
    "open_amount": _("Open amount"),
    "currency": _("Currency"),
}
TERMS: dict[str, Any] = {
    "invoice_date": _("Invoice date"),
    "posting_date": _("Posting date"),
    "issue_date": _("Issue date"),
    "due_date": _("Due date"),
    "payment_terms": _("Payment terms"),
}
ACCOUNTING: dict[str, Any] = {
    "company_code": _("Company code"),
    "accounting_doc_number": _("Accounting document"),
    "fiscal_year": _("Fiscal year"),
    "fiscal_period": _("Fiscal period"),
    "line_item": _("Line item"),
    "document_type": _("Document type"),
    "posting_key": _("Posting key"),
    "debit_credit_indicator": _("Debit or credit"),
    "profit_center": _("Profit center"),
    "reason_code": _("Reason code"),
    "reason_code_description": _("Reason"),
}
TEXTS: dict[str, Any] = {
    "reference1": _("Reference 1"),
    "reference2": _("Reference 2"),
    "reference_doc_number": _("Reference document"),
    "sold_to": _("Sold to"),
    "item_text": _("Item text"),
}
ADDRESSES: dict[str, Any] = {"billing_address": _("Billing address"), "shipping_address": _("Shipping address")}
OTHERS: dict[str, Any] = {
    "invoice_number": _("Invoice number"),
    "customer_number": _("Customer number"),
    "customer_name": _("Customer name"),
    "status": _("Status"),
    "extra": _("Further fields"),
}
OF_CUSTOMERS: dict[str, Any] = {
    "company_code": _("Company code"),
    "customer_number": _("Customer number"),
    "company_name": _("Company name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone_number": _("Phone"),
    "email_address": _("E-mail"),
    "extra": _("Other fields"),
}
NAMED = AMOUNTS | TERMS | ACCOUNTING | TEXTS | ADDRESSES | OTHERS
# Columns of a feed that no group names yet stand among the texts, under their own name.
TEXTS |= {
    column.name: capfirst(column.verbose_name)
    for column in Invoice._meta.concrete_fields
    if column.editable and not column.primary_key and not column.is_relation and column.name not in NAMED
}
FIELD_NAMES: dict[Any, dict[str, Any]] = {Customer: OF_CUSTOMERS, Invoice: NAMED | TEXTS}
GROUPS: list[tuple[Any, dict[str, Any]]] = [
    (_("Amounts"), AMOUNTS),
    (_("Dates and terms"), TERMS),
    (_("Accounting"), ACCOUNTING),
    (_("References and texts"), TEXTS),
]
