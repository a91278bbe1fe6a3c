"""The customers that invoices belong to."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse

from apiauth.admin.base import accounts_of
from customers.models import Customer
from receivables.admin.shared.searching import customers_found
from receivables.models import Invoice
from receivables.models.customer_matching import OWED_BY_CUSTOMER

MOST_SUGGESTIONS = 20
_CUSTOMERS_OF = f"""
SELECT customer.*, owed.id AS invoice_id FROM receivables_invoice AS owed
JOIN customers_customer AS customer ON {OWED_BY_CUSTOMER}
WHERE owed.id = ANY(%s)
"""  # noqa: S608 - our own text


def with_customers(invoices: Sequence[Any]) -> Sequence[Any]:
    """Give each invoice its `customer`, None if no customer matches, by one query for all of them; and its
    `shown_customer_name`, which is the invoice's own where the customer has none.
    """
    found: Any = Customer.objects.raw(_CUSTOMERS_OF, [[invoice.pk for invoice in invoices]]) if invoices else []
    customers = {customer.invoice_id: customer for customer in found}
    for invoice in invoices:
        invoice.customer = customers.get(invoice.pk)
        invoice.shown_customer_name = (invoice.customer and invoice.customer.name) or invoice.customer_name
    return invoices


def is_known_number(invoice: Invoice) -> bool:
    """Whether a customer of the invoice's account has its customer number, in whichever company code."""
    of_account = Customer.objects.filter(account=invoice.account_id)
    return of_account.numbered(invoice.customer_number).exists()


def suggest_customers(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """Return some customers of one's own accounts that a search finds: each number once, with the names it has."""
    if not (model_admin.has_view_permission(request) and request.user.has_perm("customers.view_customer")):
        raise PermissionDenied
    own = Customer.objects.filter(account__in=accounts_of(request))
    found = customers_found(own, request.GET.get("term", ""))
    names: dict[str, list[str]] = defaultdict(list)
    for customer in found[:MOST_SUGGESTIONS]:
        names[customer.customer_number].append(customer.name)
    results = [{"number": number, "name": ", ".join(filter(None, dict.fromkeys(own)))} for number, own in names.items()]
    return JsonResponse({"results": results})
