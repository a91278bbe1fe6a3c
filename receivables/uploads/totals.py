"""The money of one upload: what its rows say, and what was open in them before and after."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import sql

from receivables.amounts import amount_text

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


def money_sql(model: Any, relation: str) -> sql.Composed:
    """The positions of a relation that has the money columns of the model."""
    if not money_columns(model):
        query = "SELECT NULL, NULL, count(*), 0::numeric, 0::numeric FROM {} HAVING count(*) > 0"
        return sql.SQL(query).format(sql.Identifier(relation))
    return sql.SQL(
        "SELECT company_code, currency, count(*), sum(invoice_amount), COALESCE(sum(open_amount), 0)"
        " FROM {} GROUP BY company_code, currency"
    ).format(sql.Identifier(relation))


def positions(cursor: Any, query: sql.Composed, parameters: Any = None) -> Positions:
    cursor.execute(query, parameters)
    return Positions({(company, currency): Position(*figures) for company, currency, *figures in cursor.fetchall()})


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
