"""The figures themselves. Amounts are exact; those of different currencies are never added."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from itertools import groupby

from msgspec import Struct

from receivables.money import EXACT
from receivables.reports.aging import CREDITS, STAFF_DAYS

OVERDUE = range(1, len(STAFF_DAYS) + 2)  # indexes of buckets
DOUBTS = ("no_due_date", "unknown_customer", "no_amount", "unknown_currency")
TOP = 10


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(EXACT.add, amounts, Decimal(0))


class Amount(Struct, frozen=True):
    """What some items of one currency add up to."""

    items: int
    amount: Decimal

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.items + other.items, EXACT.add(self.amount, other.amount))


NOTHING = Amount(0, Decimal(0))


class Position(Struct, frozen=True):
    """What is open in a currency, whole and by bucket; the buckets add up to it."""

    currency: str
    total: Decimal
    parts: list[Amount]
    without_amount: int

    def __add__(self, other: "Position") -> "Position":
        return Position(
            self.currency,
            EXACT.add(self.total, other.total),
            [one + another for one, another in zip(self.parts, other.parts, strict=True)],
            self.without_amount + other.without_amount,
        )

    @property
    def items(self) -> int:
        return sum(part.items for part in self.parts) + self.without_amount

    @property
    def overdue(self) -> Amount:
        return sum((self.parts[index] for index in OVERDUE), NOTHING)

    @property
    def owed(self) -> Decimal:
        """What customers owe before credits that are not applied: overdue amounts are a share of this."""
        return total_of(part.amount for part in self.parts[:CREDITS])


class Movement(Struct, frozen=True):
    """What moved the open total of a currency since a moment: items of a kind, and by how much they moved it."""

    currency: str
    kind: str
    items: int
    amount: Decimal


class Debtor(Struct, frozen=True):
    """What a customer owes that is overdue, in one currency."""

    account: int
    currency: str
    company_code: str
    number: str
    name: str
    customer: int | None  # its row, if it was sent
    items: int
    amount: Decimal
    oldest_due_date: date


class Figures(Struct, frozen=True):
    positions: list[Position]
    since: datetime | None  # the moment that movements are counted from; of several accounts the first
    movements: list[Movement]
    debtors: list[Debtor]
    doubts: dict[str, int]  # how many items lack what one would go by, as the list of invoices calls it


def merged(figures: Iterable[Figures]) -> Figures:
    """Return the figures of several accounts together, currencies with the most items first."""
    known = list(figures)
    debtors = sorted(
        (debtor for one in known for debtor in one.debtors),
        key=lambda debtor: (debtor.currency, -debtor.amount, debtor.number, debtor.company_code, debtor.account),
    )
    largest = [list(group)[:TOP] for _currency, group in groupby(debtors, key=lambda debtor: debtor.currency)]
    positions: dict[str, Position] = {}
    moved: dict[tuple[str, str], Amount] = defaultdict(lambda: NOTHING)
    for one in known:
        for position in one.positions:
            earlier = positions.get(position.currency)
            positions[position.currency] = earlier + position if earlier else position
        for movement in one.movements:
            moved[movement.currency, movement.kind] += Amount(movement.items, movement.amount)
    return Figures(
        sorted(positions.values(), key=lambda position: (-position.items, position.currency)),
        min((one.since for one in known if one.since), default=None),
        [Movement(*key, amount.items, amount.amount) for key, amount in moved.items()],
        [debtor for group in largest for debtor in group],
        {doubt: sum(one.doubts[doubt] for one in known) for doubt in DOUBTS},
    )
