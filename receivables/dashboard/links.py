"""Where the dashboard's figures lead: to the rows that they were made of."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.figures.sums import Debtor
from receivables.money.texts import CURRENCIES


@dataclass(frozen=True)
class Links:
    """Addresses of lists, narrowed to an account where not all of those that are seen are meant."""

    account_id: int | None = None

    def invoices(self, *, currency: str | None = None, **asked: Any) -> str:
        """Return the list of invoices."""
        if currency is not None:
            asked["currency"] = currency if currency in CURRENCIES else f"{EXACT_PREFIX}{currency}"
        return self._list("receivables_invoice", asked)

    def uploads(self) -> str:
        return self._list("uploads_upload", {})

    def debts(self, debtor: Debtor) -> str:
        """Return the items that are added up: those without an amount are not."""
        of_debtor = Links(debtor.account)
        return of_debtor.invoices(currency=debtor.currency, **asked_for(debtor), due="overdue", open_from=0)

    def debtors(self, currency: str, *, are_customers: bool) -> str:
        """Return the list of customers with overdue items, who owe most first; where no customers came, their items."""
        if not are_customers or not currency:
            return self.invoices(currency=currency, due="overdue")
        return self._list("customers_customer", {"most_overdue": currency})

    def debtor(self, debtor: Debtor) -> str:
        """Return the page of the customer; where none was sent, the list of its items."""
        if debtor.customer is None:
            return Links(debtor.account).invoices(**asked_for(debtor))
        return reverse("admin:customers_customer_change", args=[debtor.customer])

    def _list(self, model: str, asked: dict[str, Any]) -> str:
        if self.account_id is not None:
            asked = {"account__id__exact": self.account_id, **asked}
        address = reverse(f"admin:{model}_changelist")
        return f"{address}?{urlencode(asked)}" if asked else address


def asked_for(debtor: Debtor) -> dict[str, str]:
    """Return the filter of a customer's items."""
    return {"customer": debtor.number, "customer_code": f"{EXACT_PREFIX}{debtor.company_code}"}
