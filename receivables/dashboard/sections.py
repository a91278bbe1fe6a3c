"""The figures as the page shows them: every amount as a text, with the address of the rows that it is the sum of."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.reports.head import address
from receivables.admin.shared.cells import BUCKET_NAMES, share_text
from receivables.figures.sums import NOTHING, Amount, Debtor, Figures, Position, total_of
from receivables.money import CURRENCIES, EXACT, shown
from receivables.reports.aging import CREDITS
from receivables.reports.moments import moment_text
from receivables.reports.movement_rows import Kind


@dataclass(frozen=True)
class Links:
    """Addresses of lists, filtered by an account if the dashboard is."""

    account_id: int | None = None

    def invoices(self, *, currency: str | None = None, **filters: Any) -> str:
        """Return the list of invoices."""
        if currency is not None:
            filters["currency"] = currency if currency in CURRENCIES else f"{EXACT_PREFIX}{currency}"
        return self.list_of("receivables_invoice", filters)

    def moved(self, kind: str, currency: str) -> str:
        """Return the list of the items that moved what is open in a currency, whichever they are in now."""
        return self.invoices(moved=kind, moved_currency=f"{EXACT_PREFIX}{currency}")

    def movements(self, since: datetime | None) -> str:
        """Return the page of movements since a moment; it is of one account, which can be chosen there."""
        account = {} if self.account_id is None else {"account": self.account_id}
        return address("movements-page", account | ({"since": moment_text(since)} if since else {}))

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


# How items move every day; other kinds are shown where there are any.
EVERY_DAY = (Kind.NEW, Kind.REDUCED, Kind.SETTLED)

DATA_ISSUES = {
    "no_due_date": (_("No due date"), _("Open items that can never become overdue.")),
    "unknown_customer": (_("Unknown customer"), _("No customer has their number and company code.")),
    "no_amount": (_("Balance is not an amount"), _("They are not in any total because their text is not a number.")),
    "unknown_currency": (_("Unknown currency"), _("Their currency is empty or not in ISO 4217.")),
}


def card(position: Position, links: Links) -> SimpleNamespace:
    """Return what is open in one currency."""
    currency, overdue, owed = position.currency, position.overdue.amount, position.owed
    return SimpleNamespace(
        title=_("Open in %(currency)s") % {"currency": currency} if currency else _("Open without a currency"),
        total=shown(position.total, currency),
        count=position.items,
        href=links.invoices(currency=currency, due="open"),
        overdue=shown(overdue, currency),
        overdue_href=links.invoices(currency=currency, due="overdue"),
        share=share_text(overdue, owed) if owed else "",
        width=width(overdue, owed) if owed else "0%",
        without_amount=position.without_amount,
        without_amount_href=links.invoices(currency=currency, quality="no_amount"),
    )


def aging_row(position: Position, links: Links) -> SimpleNamespace:
    """Return the aging buckets of one currency."""
    cells, owed = [], position.owed
    for bucket, part in enumerate(position.parts):
        href = links.invoices(currency=position.currency, bucket=bucket)
        cell = _cell(capfirst(BUCKET_NAMES[bucket]), part, position.currency, href)
        cell.bucket = bucket
        if bucket != CREDITS and part.amount:
            cell.width, cell.share = width(part.amount, owed), share_text(part.amount, owed)
        cells.append(cell)
    return _row(position, cells, _("Open"))


def _cell(label: object, part: Amount, currency: str, href: str = "") -> SimpleNamespace:
    """Return an amount with the number of its items and the address of their list, if it has any."""
    amount, href = shown(part.amount, currency), href if part.items else ""
    return SimpleNamespace(label=label, amount=amount, count=part.items, href=href)


def _row(position: Position, cells: list[SimpleNamespace], label: object) -> SimpleNamespace:
    total = _cell(label, Amount(position.items, position.total), position.currency)
    return SimpleNamespace(currency=currency_name(position.currency), cells=cells, total=total)


def movements(figures: Figures, links: Links) -> list[SimpleNamespace]:
    """Return what changed the open total of each currency, also of those whose items are all settled; what was open
    before and the cells add up to its total.
    """
    settled = {movement.currency for movement in figures.movements} - {one.currency for one in figures.positions}
    nothing = [Position(currency, Decimal(0), [NOTHING] * len(BUCKET_NAMES), 0) for currency in sorted(settled)]
    found = {movement.kind for movement in figures.movements}
    kinds = [kind for kind in Kind if kind in EVERY_DAY or kind in found]
    return [_moved(position, kinds, figures, links) for position in [*figures.positions, *nothing]]


def _moved(position: Position, kinds: list[Kind], figures: Figures, links: Links) -> SimpleNamespace:
    currency = position.currency
    moved = {one.kind: Amount(one.items, one.amount) for one in figures.movements if one.currency == currency}
    before = EXACT.subtract(position.total, total_of(amount.amount for amount in moved.values()))
    cells = [
        _cell(capfirst(kind.label), moved.get(kind, NOTHING), currency, links.moved(kind, currency)) for kind in kinds
    ]
    row = _row(position, cells, _("Open now"))
    row.before = SimpleNamespace(label=_("Open before"), amount=shown(before, currency))
    return row


def overdue_customers(figures: Figures, links: Links, accounts: dict[int, str], day: date) -> list[SimpleNamespace]:
    """Return the customers with the largest overdue amounts by currency: the more currencies, the fewer of each."""
    overdue = {position.currency: position.overdue.amount for position in figures.positions}
    groups = {currency: list(group) for currency, group in groupby(figures.debtors, key=lambda one: one.currency)}
    most = {1: 10, 2: 6}.get(len(groups), 4)
    return [
        SimpleNamespace(
            currency=currency_name(currency),
            href=links.overdue_customers(currency, are_customers=any(one.customer is not None for one in group)),
            rows=[_overdue_customer(one, links, accounts, overdue[currency], day) for one in group[:most]],
        )
        for currency in overdue
        if (group := groups.get(currency))
    ]


def _overdue_customer(
    debtor: Debtor, links: Links, accounts: dict[int, str], overdue: Decimal, day: date
) -> SimpleNamespace:
    return SimpleNamespace(
        name=debtor.name or debtor.number,
        number=debtor.number,
        company_code=debtor.company_code,
        href=links.customer(debtor),
        account=accounts[debtor.account],
        amount=shown(debtor.amount, debtor.currency),
        count=debtor.items,
        items_href=links.overdue_items(debtor),
        oldest_due_date=debtor.oldest_due_date,
        days=(day - debtor.oldest_due_date).days,
        share=share_text(debtor.amount, overdue),
    )


def data_issues(figures: Figures, links: Links) -> list[SimpleNamespace]:
    """Return each data issue with the number of its items; none may have it."""
    return [
        SimpleNamespace(title=title, advice=advice, count=figures.doubts[name], href=links.invoices(quality=name))
        for name, (title, advice) in DATA_ISSUES.items()
    ]


def width(part: Decimal, whole: Decimal) -> str:
    """Return a share as CSS has it."""
    return f"{100 * part / whole:.3f}%"


def currency_name(currency: str) -> str:
    return currency or str(_("No currency"))
