"""The page of one customer: what is known of it, and what it owes."""

from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from apiauth.admin.base import OF_ACCOUNT
from customers.models import Customer
from receivables.admin.customers import balances
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.shared.cells import with_buckets
from receivables.admin.shared.fields import nested
from receivables.admin.shared.timeline import length, timeline
from receivables.models import OPEN, Invoice, today
from receivables.money import invoice_amount_expression

LISTED_INVOICES = 50


def may_see_invoices(request: HttpRequest) -> bool:
    return request.user.has_perm("receivables.view_invoice")


def page_context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Return what the template is given; what the customer owes is only for staff who may see invoices."""
    may_see = may_see_invoices(request)
    return {
        "title": customer.name or customer.customer_number,
        "mail_address": mail_address(customer.email_address),
        "extra": [(key, nested(value)) for key, value in customer.extra.items()],
        "timeline": timeline(customer, length(request)),
        "may_see_invoices": may_see,
        **(_owed(request, customer) if may_see else {}),
    }


def _owed(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    day = today()
    invoices = list(listed_invoices(customer)[: LISTED_INVOICES + 1])
    own: dict[str, Any] = {
        "customer": customer.customer_number,
        "customer_code": f"{EXACT_PREFIX}{customer.company_code}",
        OF_ACCOUNT: customer.account_id,
    }
    return {
        "balances": [balances.balance_row(balance, day) for balance in balances.balances_by_age(customer, day)],
        "today": day,
        "as_of": statement_day(request, "asOf") or day,
        "from_date": statement_day(request, "from"),
        "known_at": request.GET.get("knownAt"),
        "invoices": [balances.invoice_row(invoice) for invoice in invoices[:LISTED_INVOICES]],
        "has_more_invoices": len(invoices) > LISTED_INVOICES,
        "invoice_list": f"{reverse('admin:receivables_invoice_changelist')}?{urlencode(own)}",
    }


def listed_invoices(customer: Customer) -> QuerySet[Invoice]:
    """Return a customer's invoices, the open ones first, by due date; each with its aging bucket."""
    items: Any = with_buckets(Invoice.objects.for_customer(customer))
    shown = items.annotate(amount=invoice_amount_expression(), is_open=Q(OPEN))
    return shown.order_by("-is_open", F("due_date").asc(nulls_last=True), "id")


def statement_day(request: HttpRequest, name: str) -> date | None:
    """Return a day from the statement's form, which shows it again; None if it is no day."""
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def mail_address(text: str) -> str:
    """Return the link that begins a mail, if the text of a feed looks like an address."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return f"mailto:{quote(text, safe='@')}"
