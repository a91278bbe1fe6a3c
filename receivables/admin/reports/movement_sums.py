"""Sums of movements as tables: by currency from what was open to what is open, by company code, and by customer."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC
from types import SimpleNamespace
from typing import Any

from django.db.models import Value
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.models import Customer
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.reports.head import Head
from receivables.admin.reports.links import items_address
from receivables.admin.reports.window import Movements
from receivables.figures.sums import NOTHING, Amount, total_of
from receivables.models import Invoice
from receivables.models.customer_matching import company_code_of_customer, names_of_items
from receivables.money import shown
from receivables.reports.aging import CUSTOMER, aging_query
from receivables.reports.moments import Known
from receivables.reports.movement_parameters import End
from receivables.reports.movement_rows import Kind
from receivables.reports.parameters import Grouping

CUSTOMERS = 100  # on a page
CUSTOMER_CODE = "customer_code"  # the company code of an item's customer

Sums = dict[str, Amount]  # by kind
Address = Callable[..., str]


def kinds_of(sums: Iterable[dict[str, Any]]) -> list[Kind]:
    """Return the kinds that occur, in their order."""
    found = {row["kind"] for row in sums}
    return [kind for kind in Kind if kind in found]


def grouped(sums: Iterable[dict[str, Any]], *columns: str) -> dict[tuple[str, ...], Sums]:
    """Return the sums of each kind by the values of these columns, in their order."""
    found: dict[tuple[str, ...], Sums] = defaultdict(dict)
    for row in sums:
        kinds = found[tuple(row[column] for column in columns)]
        kinds[row["kind"]] = kinds.get(row["kind"], NOTHING) + Amount(row["items"], row["amount"])
    return dict(sorted(found.items()))


def exactly(text: str) -> str:
    """Return a text as an address names it; an empty one is one, too."""
    return f"{EXACT_PREFIX}{text}"


class MovementRows:
    """Makes rows of the page of sums, each amount with the address of exactly its items."""

    def __init__(self, movements: Movements, kinds: list[Kind], address: Address):
        self.movements, self.kinds, self.address = movements, kinds, address

    def by_currency(self, sums: list[dict[str, Any]]) -> list[SimpleNamespace]:
        """Return what was open before, what moved and what is open after, for each currency that has any of them."""
        before = _positions(self.movements, self.movements.since, _("Open before"))
        after = _positions(self.movements, self.movements.until, _("Open after"))
        moved = {currency: kinds for (currency,), kinds in grouped(sums, "currency").items()}
        return [
            SimpleNamespace(
                title=currency or _("No currency"),
                before=before.get(currency) or _cell(_("Open before"), NOTHING, currency, ""),
                cells=self._cells(moved.get(currency, {}), currency),
                total=after.get(currency) or _cell(_("Open after"), NOTHING, currency, ""),
            )
            for currency in sorted({*before, *after, *moved})
        ]

    def by_company_code(self, sums: list[dict[str, Any]]) -> list[SimpleNamespace]:
        return [
            self._row(code or _("No company code"), kinds, currency, companyCode=exactly(code))
            for (code, currency), kinds in grouped(sums, "company_code", "currency").items()
        ]

    def totals(self, sums: list[dict[str, Any]]) -> list[SimpleNamespace]:
        return [self._row(_("Total"), kinds, currency) for (currency,), kinds in grouped(sums, "currency").items()]

    def by_customer(self, after: str | None, *, names_customers: bool) -> tuple[list[SimpleNamespace], str | None]:
        """Return a page of customers, those whose numbers follow one; and what the next page follows, if there is
        one.
        """
        rows, until = self.movements.rows(), self.movements.until.moment
        following = rows if after is None else rows.filter(customer_number_key__gt=after)
        found = list(following.order_by(CUSTOMER).values_list(CUSTOMER, flat=True).distinct()[: CUSTOMERS + 1])
        numbers = found[:CUSTOMERS]
        code = company_code_of_customer(Value(self.movements.account.pk), until)
        of_numbers: Any = rows.filter(customer_number_key__in=numbers).annotate(**{CUSTOMER_CODE: code})
        groups = grouped(of_numbers.sums(CUSTOMER, CUSTOMER_CODE, "currency"), CUSTOMER, CUSTOMER_CODE, "currency")
        names = _names(self.movements, groups) if names_customers else {}
        page = [
            self._row(
                names.get((number, code)) or number,
                kinds,
                currency,
                notes=[number if names.get((number, code)) else "", code],
                customer=number,
                customerCode=exactly(code),
            )
            for (number, code, currency), kinds in groups.items()
        ]
        return page, numbers[-1] if len(found) > CUSTOMERS else None

    def _row(
        self, title: str, kinds: Sums, currency: str, *, notes: Iterable[str] = (), **filters: str
    ) -> SimpleNamespace:
        difference = total_of(each.amount for each in kinds.values())
        count = sum(each.items for each in kinds.values())
        href = self.address(currency=exactly(currency), **filters)
        return SimpleNamespace(
            title=title,
            notes=[*filter(None, notes), currency or _("No currency")],
            cells=self._cells(kinds, currency, **filters),
            total=_cell(_("Difference"), Amount(count, difference), currency, href),
        )

    def _cells(self, kinds: Sums, currency: str, **filters: str) -> list[SimpleNamespace]:
        cells = []
        for kind in self.kinds:
            href = self.address(kind=kind.value, currency=exactly(currency), **filters)
            cells.append(_cell(capfirst(kind.label), kinds.get(kind, NOTHING), currency, href))
        return cells


def _cell(label: Any, part: Amount, currency: str, href: str) -> SimpleNamespace:
    href = href if part.items else ""
    return SimpleNamespace(label=label, amount=shown(part.amount, currency), count=part.items, href=href)


def _positions(movements: Movements, end: End, label: str) -> dict[str, SimpleNamespace]:
    """Return what was open at an end by currency, each amount with the list of its items."""
    if end.last_upload is None:
        return {}
    day = end.moment.astimezone(UTC).date()
    head = Head(movements.account, day, "", Known(end.moment, end.last_upload))
    found = {}
    for row in aging_query(head.items(for_sums=True), "currency", []):
        amount = Amount(row["summed_count"] + row["without_amount_count"], row["total"])
        href = items_address(head, Grouping.CURRENCY, row, due="open")
        found[row["currency"]] = _cell(label, amount, row["currency"], href)
    return found


def _names(movements: Movements, groups: Iterable[tuple[str, ...]]) -> dict[tuple[str, str], str]:
    """Return the names of customers at the end, by number and company code: that of the customer, or the only one that
    the items of its number and code have.
    """
    numbers = {number for number, *_group in groups}
    until = movements.until.moment
    customers = Customer.objects.at(until).of_account(movements.account).filter(customer_number_key__in=numbers)
    names = {(each.customer_number_key, each.company_code): each.name for each in customers if each.name}
    unnamed = {number for number, code, *_currency in groups if (number, code) not in names}
    items = Invoice.objects.at(until).of_account(movements.account).filter(customer_number_key__in=unnamed)
    grouped_items: Any = items.order_by().values_list(CUSTOMER, "company_code").annotate(**names_of_items())
    of_items = {(number, code): low for number, code, low, high in grouped_items if low and low == high}
    return of_items | names
