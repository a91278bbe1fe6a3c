"""The customers that invoices name by number."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from customers.models import Customer
from receivables.models import Invoice


def with_debtors(invoices: Sequence[Invoice]) -> Sequence[Invoice]:
    """Give each invoice its `debtor`, a customer or None, by one query for all of them.

    It is the customer of the invoice's company code, or else one of that number where either side names no company.
    """
    known = list(Customer.objects.filter(_any_of(invoices)).order_by("id")) if invoices else []
    for invoice in invoices:
        invoice.debtor = _best(invoice, known)  # type: ignore[attr-defined]
    return invoices


def _any_of(invoices: Iterable[Invoice]) -> Q:
    numbers: dict[int, set[str]] = {}
    for invoice in invoices:
        numbers.setdefault(invoice.account_id, set()).add(invoice.customer_number_key)
    wanted = Q()
    for account, keys in numbers.items():
        wanted |= Q(account=account, customer_number_key__in=keys)
    return wanted


def _best(invoice: Invoice, known: Iterable[Customer]) -> Customer | None:
    key = (invoice.account_id, invoice.customer_number_key)
    same = [one for one in known if (one.account_id, one.customer_number_key) == key]
    exact = [one for one in same if one.company_code == invoice.company_code]
    loose = [one for one in same if "" in (one.company_code, invoice.company_code)]
    return next(iter([*exact, *loose]), None)
