"""Addresses of the list of invoices with exactly the items of a report's figure, as they were known."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apiauth.admin.base import OF_ACCOUNT
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.reports.head import Head
from receivables.admin.shared.as_of import AS_OF, KNOWN_AT
from receivables.models import today
from receivables.money import CURRENCIES
from receivables.reports.aging import CUSTOMER
from receivables.reports.moments import moment_text
from receivables.reports.parameters import Grouping


def items_address(head: Head, group_by: str, row: dict[str, Any], **filters: Any) -> str:
    """Return the list of a row's items; `filters` are further ones of the list."""
    return list_address(head, **_of_group(group_by, row), currency=currency_filter(row["currency"]), **filters)


def list_address(head: Head, **filters: Any) -> str:
    """Return the list of the account's items with these filters."""
    query = {OF_ACCOUNT: head.account.pk, **filters}
    if head.known:
        query |= {KNOWN_AT: moment_text(head.known.moment), AS_OF: head.day.isoformat()}
    elif head.day != today():
        query[AS_OF] = head.day.isoformat()
    return f"{reverse('admin:receivables_invoice_changelist')}?{urlencode(query)}"


def currency_filter(currency: str) -> str:
    return currency if currency in CURRENCIES else f"{EXACT_PREFIX}{currency}"


def _of_group(group_by: str, row: dict[str, Any]) -> dict[str, str]:
    code = f"{EXACT_PREFIX}{row.get('company_code', '')}"
    match group_by:
        case Grouping.CUSTOMER:
            return {"customer": row[CUSTOMER], "customer_code": code}
        case Grouping.COMPANY_CODE:
            return {"company_code": code}
    return {}
