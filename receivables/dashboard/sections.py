"""The figures as the page shows them: every amount as a text, with the address of its items."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import SimpleNamespace

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from receivables.admin.shared.cells import BUCKET_NAMES
from receivables.dashboard.links import Links
from receivables.dashboard.texts import count_text, currency_name, share_text, width
from receivables.figures.sums import Amount, Debtor, Figures, Position, total_of
from receivables.money.amounts import EXACT
from receivables.money.texts import shown
from receivables.reports.aging import CREDITS

DATA_ISSUES = {
    "no_due_date": (_("No due date"), _("Open items that can never become overdue.")),
    "unknown_customer": (_("Unknown customer"), _("No customer has their number and company code.")),
    "no_amount": (_("Balance is not an amount"), _("They are not in any total because their text is not a number.")),
    "unknown_currency": (_("Unknown currency"), _("Their currency is empty or not in ISO 4217.")),
}


def cards(figures: Figures, links: Links) -> list[SimpleNamespace]:
    """Return what is open in each currency."""
    return [_card(position, links) for position in figures.positions]


def _card(position: Position, links: Links) -> SimpleNamespace:
    currency, overdue, owed = position.currency, position.overdue.amount, position.owed
    return SimpleNamespace(
        title=_("Open in %(currency)s") % {"currency": currency} if currency else _("Open without a currency"),
        total=shown(position.total, currency),
        count=position.items,
        items=count_text(position.items),
        overdue=shown(overdue, currency),
        share=share_text(overdue, owed) if owed else "",
        width=width(overdue, owed) if owed else "0%",
        overdue_href=links.invoices(currency=currency, due="overdue"),
        href=links.invoices(currency=currency, due="open"),
        without_amount=count_text(position.without_amount) if position.without_amount else "",
        without_amount_href=links.invoices(currency=currency, quality="no_amount"),
    )


def aging(figures: Figures, links: Links) -> list[SimpleNamespace]:
    """Return the amount in each aging bucket by currency."""
    return [_aging_row(position, links) for position in figures.positions]


def _aging_row(position: Position, links: Links) -> SimpleNamespace:
    cells = [_bucket(position, bucket, links) for bucket in range(len(BUCKET_NAMES))]
    return _row(position, cells, _("Open"))


def _row(position: Position, cells: list[SimpleNamespace], title: object) -> SimpleNamespace:
    total = _cell(title, Amount(position.items, position.total), position.currency)
    return SimpleNamespace(currency=currency_name(position.currency), cells=cells, total=total)


def _bucket(position: Position, bucket: int, links: Links) -> SimpleNamespace:
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


def _cell(label: object, part: Amount, currency: str, **more: object) -> SimpleNamespace:
    """Return an amount with its number of items, and `more`: the address of their list, the bucket, its bar."""
    items = {"count": part.items, "items": count_text(part.items), "href": "", "bucket": None}
    return SimpleNamespace(label=label, amount=shown(part.amount, currency), **(items | more))


def movements(figures: Figures, links: Links) -> list[SimpleNamespace]:
    """Return what changed the open total of each currency; the cells of a row add up to its total."""
    return [_moved(position, figures, links) for position in _ever_open(figures)]


def _ever_open(figures: Figures) -> Iterator[Position]:
    """Yield the position of each currency; one of nothing for currencies whose items are all settled."""
    yield from figures.positions
    known = {position.currency for position in figures.positions}
    for currency in sorted({movement.currency for movement in figures.movements} - known):
        yield Position(currency, Decimal(0), [Amount(0, Decimal(0))] * len(BUCKET_NAMES), 0)


def _moved(position: Position, figures: Figures, links: Links) -> SimpleNamespace:
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
    start = _cell(_("Open before"), Amount(0, before), currency, items="")
    return _row(position, [start, *cells], _("Open now"))


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
        items=count_text(debtor.items),
        items_href=links.overdue_items(debtor),
        oldest_due_date=debtor.oldest_due_date,
        days=(day - debtor.oldest_due_date).days,
        share=share_text(debtor.amount, overdue),
    )


def data_issues(figures: Figures, links: Links) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            title=title, advice=advice, count=count, text=count_text(count), href=links.invoices(quality=name)
        )
        for name, (title, advice) in DATA_ISSUES.items()
        for count in [figures.doubts[name]]
    ]
