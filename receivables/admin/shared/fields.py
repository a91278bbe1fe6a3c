"""Fields of customers and invoices, as people read them: their names, in groups, and their values."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DecimalField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from receivables.admin.shared.cells import day
from receivables.models import Invoice
from receivables.money import shown

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
DEEPEST = 6
EMPTY: list[Any] = [None, "", {}, []]
# The lines of an address: each has the first that is there of several spellings of its parts.
LINES: list[list[tuple[str, ...]]] = [
    [("name", "companyname", "company", "name1")],
    [("name2",)],
    [("attention", "contact", "attn")],
    [("street", "street1", "address", "address1", "addressline1", "line1"), ("housenumber", "houseno")],
    [("street2", "address2", "addressline2", "line2")],
    [("pobox",)],
    [("postalcode", "zip", "zipcode", "postcode", "plz"), ("city", "town"), ("state", "region", "province")],
    [("country", "countrycode")],
]


def readable(model: Any, column: str, value: Any, currency: str = "") -> Any:
    """Return a value of a column: an amount with its currency, a day as a day, JSON as a list of its parts."""
    if value in EMPTY:
        return None
    field: Any = model._meta.get_field(column)
    match getattr(field, "output_field", field):
        case DecimalField():
            of_company = column == "local_amount"  # whose currency the feed does not name
            return shown(Decimal(value), "" if of_company else currency)
        case DateField():
            return day(value if isinstance(value, date) else date.fromisoformat(value))
    return nested(value)


def nested(value: Any, depth: int = 0) -> Any:
    """Return any JSON: objects as lists of terms, arrays as lists, and what is nested too deeply as its text."""
    match value:
        case dict() | list() if depth == DEEPEST:
            return str(value)
        case dict():
            parts = ((key, nested(part, depth + 1)) for key, part in value.items())
            return format_html('<dl class="nested">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", parts))
        case list():
            items = ((nested(item, depth + 1),) for item in value)
            return format_html('<ul class="nested">{}</ul>', format_html_join("", "<li>{}</li>", items))
        case None | "":
            return "–"  # noqa: RUF001 - as in ledgers
        case True | False:
            return _("yes") if value else _("no")
    return str(value)


def shown_address(address: Any) -> SafeString | None:
    """Return the lines of an address, and below them what else is in it; None of an empty one."""
    if address in EMPTY:
        return None
    if isinstance(address, str):
        return _block(address.splitlines(), {})
    if not isinstance(address, dict):
        return format_html("{}", nested(address))
    return _of_object(address)


def _of_object(address: dict[str, Any]) -> SafeString:
    rest = dict(address)
    spelled = {
        re.sub("[_ -]", "", key.lower()): key
        for key, part in reversed(address.items())
        if isinstance(part, str | int) and not isinstance(part, bool) and part != ""
    }
    lines = []
    for line in LINES:
        keys = [spelled[found] for names in line if (found := next((n for n in names if n in spelled), None))]
        texts = [str(rest.pop(key)) for key in keys if key in rest]
        lines.append(" ".join(texts))
    return _block([line for line in lines if line], {key: part for key, part in rest.items() if part not in (None, "")})


def _block(lines: list[str], rest: dict[str, Any]) -> SafeString:
    text = format_html_join("", "<span>{}</span>", ((line,) for line in lines))
    below = nested(rest) if rest else ""
    return format_html("<address>{}</address>{}", text, below)
