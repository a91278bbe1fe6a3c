"""The money of one upload: what its rows say, and what was open in them before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import sql

from receivables.money.amounts import amount_text

ZERO = Decimal(0)
MONEY = ["company_code", "currency", "invoice_amount", "open_amount"]
Group = tuple[Any, Any]  # company code and currency
NO_MONEY = (None, None)


@dataclass(frozen=True)
class Position:
    """Items of one company code and currency, as they are stored at one moment."""

    rows: int = 0
    invoice_amount: Decimal = ZERO
    open_amount: Decimal = ZERO

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

    @property
    def row_count(self) -> int:
        return sum(position.rows for position in self.values())


def money_columns(model: Any) -> list[str]:
    """Return the columns that a position is made of; a table without money has none."""
    columns = {field.column for field in model._meta.local_concrete_fields}
    return MONEY if columns.issuperset(MONEY) else []


def money_sql(model: Any, relation: sql.Identifier, *apart: str) -> sql.Composed:
    """The positions of a relation that has the money columns of the model, further apart by the columns named."""
    groups = [*apart, *(["company_code", "currency"] if money_columns(model) else [])]
    sums = "sum(invoice_amount), COALESCE(sum(open_amount), 0)" if money_columns(model) else "0::numeric, 0::numeric"
    query = sql.SQL("SELECT {groups}{blanks} count(*), {sums} FROM {relation}{grouped}")
    listed = sql.SQL(", ").join(map(sql.Identifier, groups))
    return query.format(
        groups=sql.SQL("{}, ").format(listed) if groups else sql.SQL(""),
        blanks=sql.SQL("" if money_columns(model) else "NULL, NULL,"),
        sums=sql.SQL(sums),
        relation=relation,
        grouped=sql.SQL(" GROUP BY {}").format(listed) if groups else sql.SQL(" HAVING count(*) > 0"),
    )


def by_group(found: Iterable[Any]) -> Positions:
    return Positions({(company, currency): Position(*figures) for company, currency, *figures in found})


def positions(cursor: Any, query: str, parameters: Any) -> Positions:
    cursor.execute(query, parameters)
    return by_group(cursor.fetchall())


def totals(before: Positions, after: Positions, at_least_places: int) -> list[dict[str, Any]]:
    """Return the receipt's totals, sorted; an item that moved to another currency counts before in the old one."""
    return [
        {
            "companyCode": company,
            "currency": currency,
            "rows": (now := after.of((company, currency))).rows,
            "invoiceAmount": amount_text(now.invoice_amount, at_least_places),
            "openBefore": amount_text(before.of((company, currency)).open_amount, at_least_places),
            "openAfter": amount_text(now.open_amount, at_least_places),
        }
        for company, currency in sorted((before.keys() | after.keys()) - {NO_MONEY})
    ]
