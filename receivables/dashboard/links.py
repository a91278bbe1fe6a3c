"""Where the dashboard's figures lead: to the rows that they are the sums of."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.figures.sums import Debtor
from receivables.money import CURRENCIES


@dataclass(frozen=True)
class Links:
    """Addresses of lists, filtered by an account if the dashboard is."""

    account_id: int | None = None

    def invoices(self, *, currency: str | None = None, **filters: Any) -> str:
        """Return the list of invoices."""
        if currency is not None:
            filters["currency"] = currency if currency in CURRENCIES else f"{EXACT_PREFIX}{currency}"
        return self.list_of("receivables_invoice", filters)

    def overdue_items(self, debtor: Debtor) -> str:
        """Return the list of the items in the sum, which those without an amount are not."""
        of_account = Links(debtor.account)
        return of_account.invoices(currency=debtor.currency, **customer_filter(debtor), due="overdue", open_from=0)

    def overdue_customers(self, currency: str, *, are_customers: bool) -> str:
        """Return the list of customers by overdue amount; where no customers were sent, the list of items."""
        if not are_customers or not currency:
            return self.invoices(currency=currency, due="overdue")
        return self.list_of("customers_customer", {"most_overdue": currency})

    def customer(self, debtor: Debtor) -> str:
        """Return the page of the customer; where none was sent, the list of its items."""
        if debtor.customer is None:
            return Links(debtor.account).invoices(**customer_filter(debtor))
        return reverse("admin:customers_customer_change", args=[debtor.customer])

    def list_of(self, model: str, filters: dict[str, Any]) -> str:
        """Return the list of a model, as `uploads_upload`, with these filters."""
        if self.account_id is not None:
            filters = {"account__id__exact": self.account_id, **filters}
        address = reverse(f"admin:{model}_changelist")
        return f"{address}?{urlencode(filters)}" if filters else address


def customer_filter(debtor: Debtor) -> dict[str, str]:
    """Return the filter of a customer's items."""
    return {"customer": debtor.number, "customer_code": f"{EXACT_PREFIX}{debtor.company_code}"}
