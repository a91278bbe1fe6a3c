"""The figures as the page shows them: every amount as a text, with the address of its items."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from receivables.admin.shared.labels import BUCKET_NAMES
from receivables.dashboard.links import Links
from receivables.dashboard.texts import count_text, currency_name, share_text, width
from receivables.figures.sums import Amount, Debtor, Figures, Position, total_of
from receivables.money.amounts import EXACT
from receivables.money.texts import shown
from receivables.reports.aging import CREDITS


@dataclass(frozen=True)
class Cell:
    """An amount with the number of its items, if it has any, and the address of their list, if it has one."""

    label: object
    amount: str
    count: int
    items: str
    href: str = ""
    bucket: int | None = None
    width: str = ""
    share: str = ""


@dataclass(frozen=True)
class Card:
    """What is open in one currency."""

    title: object
    total: str
    count: int
    items: str
    overdue: str
    share: str
    width: str
    overdue_href: str
    href: str
    without_amount: str
    without_amount_href: str


@dataclass(frozen=True)
class Row:
    """A row of a table: a currency and its cells."""

    currency: str
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class OverdueCustomer:
    name: str
    number: str
    company_code: str
    href: str
    account: str
    amount: str
    count: int
    items: str
    items_href: str
    oldest_due_date: date
    days: int
    share: str


@dataclass(frozen=True)
class OverdueCustomers:
    """The customers with the largest overdue amounts in a currency, and the address of the list of all of them."""

    currency: str
    href: str
    rows: list[OverdueCustomer]


@dataclass(frozen=True)
class DataIssue:
    title: object
    advice: object
    count: int
    text: str
    href: str


DATA_ISSUES = {
    "no_due_date": (_("No due date"), _("Open items that can never become overdue.")),
    "unknown_customer": (_("Unknown customer"), _("No customer has their number and company code.")),
    "no_amount": (_("Balance is not an amount"), _("They are not in any total because their text is not a number.")),
    "unknown_currency": (_("Unknown currency"), _("Their currency is empty or not in ISO 4217.")),
}


def cards(figures: Figures, links: Links) -> list[Card]:
    return [_card(position, links) for position in figures.positions]


def _card(position: Position, links: Links) -> Card:
    currency, overdue, owed = position.currency, position.overdue.amount, position.owed
    return Card(
        _("Open in %(currency)s") % {"currency": currency} if currency else _("Open without a currency"),
        shown(position.total, currency),
        position.items,
        count_text(position.items),
        shown(overdue, currency),
        share_text(overdue, owed) if owed else "",
        width(overdue, owed) if owed else "0%",
        links.invoices(currency=currency, due="overdue"),
        links.invoices(currency=currency, due="open"),
        count_text(position.without_amount) if position.without_amount else "",
        links.invoices(currency=currency, quality="no_amount"),
    )


def aging(figures: Figures, links: Links) -> list[Row]:
    return [_aging_row(position, links) for position in figures.positions]


def _aging_row(position: Position, links: Links) -> Row:
    cells = [_bucket(position, bucket, links) for bucket in range(len(BUCKET_NAMES))]
    whole = Amount(position.items, position.total)
    return Row(currency_name(position.currency), cells, _cell(_("Open"), whole, position.currency))


def _bucket(position: Position, bucket: int, links: Links) -> Cell:
    part, owed = position.parts[bucket], position.owed
    is_in_bar = bucket < CREDITS and bool(part.amount)
    return _cell(
        capfirst(BUCKET_NAMES[bucket]),
        part,
        position.currency,
        href=links.invoices(currency=position.currency, bucket=bucket) if part.items else "",
        bucket=bucket,
        width=width(part.amount, owed) if is_in_bar else "",
        share=share_text(part.amount, owed) if is_in_bar else "",
    )


def _cell(label: object, part: Amount, currency: str, **more: object) -> Cell:
    amount, items = shown(part.amount, currency), count_text(part.items)
    return Cell(label, amount, part.items, items, **more)  # type: ignore[arg-type]


def movements(figures: Figures, links: Links) -> list[Row]:
    """Return what changed the open total of each currency; the cells of a row add up to its total."""
    return [_moved(position, figures, links) for position in _ever_open(figures)]


def _ever_open(figures: Figures) -> Iterator[Position]:
    """Yield the position of each currency; one of nothing for currencies whose items are all settled."""
    yield from figures.positions
    known = {position.currency for position in figures.positions}
    for currency in sorted({movement.currency for movement in figures.movements} - known):
        yield Position(currency, Decimal(0), [Amount(0, Decimal(0))] * len(BUCKET_NAMES), 0)


def _moved(position: Position, figures: Figures, links: Links) -> Row:
    currency = position.currency
    moved = {one.kind: Amount(one.items, one.amount) for one in figures.movements if one.currency == currency}
    before = EXACT.subtract(position.total, total_of(amount.amount for amount in moved.values()))
    kinds = [("new", _("New")), ("paid_down", _("Paid down")), ("reopened", _("Reopened")), ("other", _("Other"))]
    cells = [
        _cell(
            label,
            moved.get(kind, Amount(0, Decimal(0))),
            currency,
            href=links.invoices(currency=currency, moved=kind) if kind in moved and moved[kind].items else "",
        )
        for kind, label in kinds
    ]
    start = Cell(_("Open before"), shown(before, currency), 0, "")
    return Row(currency_name(currency), [start, *cells], _cell(_("Open now"), _whole(position), currency))


def _whole(position: Position) -> Amount:
    return Amount(position.items, position.total)


def overdue_customers(figures: Figures, links: Links, accounts: dict[int, str], day: date) -> list[OverdueCustomers]:
    """Return the customers with the largest overdue amounts by currency: the more currencies, the fewer of each."""
    overdue = {position.currency: position.overdue.amount for position in figures.positions}
    groups = {currency: list(group) for currency, group in groupby(figures.debtors, key=lambda one: one.currency)}
    most = {1: 10, 2: 6}.get(len(groups), 4)
    return [
        OverdueCustomers(
            currency_name(currency),
            links.overdue_customers(currency, are_customers=any(one.customer is not None for one in group)),
            [_overdue_customer(one, links, accounts, overdue[currency], day) for one in group[:most]],
        )
        for currency in overdue
        if (group := groups.get(currency))
    ]


def _overdue_customer(
    debtor: Debtor, links: Links, accounts: dict[int, str], overdue: Decimal, day: date
) -> OverdueCustomer:
    return OverdueCustomer(
        debtor.name or debtor.number,
        debtor.number,
        debtor.company_code,
        links.customer(debtor),
        accounts[debtor.account],
        shown(debtor.amount, debtor.currency),
        debtor.items,
        count_text(debtor.items),
        links.overdue_items(debtor),
        debtor.oldest_due_date,
        (day - debtor.oldest_due_date).days,
        share_text(debtor.amount, overdue),
    )


def data_issues(figures: Figures, links: Links) -> list[DataIssue]:
    return [
        DataIssue(title, advice, count, count_text(count), links.invoices(quality=name))
        for name, (title, advice) in DATA_ISSUES.items()
        for count in [figures.doubts[name]]
    ]
