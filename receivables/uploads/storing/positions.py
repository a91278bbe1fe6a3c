"""Positions: the money of items before and after an upload, by company code and currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from receivables.money import amount_text

Group = tuple[Any, Any]  # company code and currency
NO_MONEY = (None, None)


@dataclass(frozen=True)
class Position:
    """Items of one company code and currency, as they are stored at one moment."""

    rows: int = 0
    invoice_amount: Decimal = Decimal(0)
    open_amount: Decimal = Decimal(0)

    def __add__(self, other: "Position") -> "Position":
        return Position(
            self.rows + other.rows, self.invoice_amount + other.invoice_amount, self.open_amount + other.open_amount
        )


class Positions(dict[Group, Position]):
    """Positions by company code and currency; of a table without money, one position that counts its rows."""

    def __add__(self, other: "Positions") -> "Positions":
        groups = self.keys() | other.keys()
        return Positions({group: self.of(group) + other.of(group) for group in groups})

    def of(self, group: Group) -> Position:
        return self.get(group, Position())

    def settled(self) -> "Positions":
        """The same items with nothing open."""
        return Positions({group: replace(position, open_amount=Decimal(0)) for group, position in self.items()})

    @property
    def row_count(self) -> int:
        return sum(position.rows for position in self.values())


def by_group(found: Iterable[Any]) -> Positions:
    totals: defaultdict[Group, Position] = defaultdict(Position)
    for company, currency, *figures in found:
        totals[company, currency] += Position(*figures)
    return Positions(totals)


def totals(before: Positions, after: Positions, min_decimal_places: int) -> list[dict[str, Any]]:
    """Return the receipt's totals, sorted; an item that moved to another currency counts before in the old one."""
    return [
        {
            "companyCode": company,
            "currency": currency,
            "rows": (now := after.of((company, currency))).rows,
            "invoiceAmount": amount_text(now.invoice_amount, min_decimal_places),
            "openBefore": amount_text(before.of((company, currency)).open_amount, min_decimal_places),
            "openAfter": amount_text(now.open_amount, min_decimal_places),
        }
        for company, currency in sorted((before.keys() | after.keys()) - {NO_MONEY})
    ]
