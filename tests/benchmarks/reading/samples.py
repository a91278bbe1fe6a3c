"""What a list is filtered by: for each of its filters a value that many rows have and one that few or none have.

Values are taken from the data, by the kind of a filter and the column that its name stands for: a new filter by a
column needs nothing here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from django_filters import rest_framework as filters
from psycopg import sql

from receivables.api.filters import InvoiceFilterSet
from receivables.api.views import InvoiceSerializer
from receivables.models import Invoice
from tests.benchmarks.database import Tables

RARE = 0.001  # the part of all rows; where every value has more, one is asked for that none has
ABSENT = {filters.UUIDFilter: str(UUID(int=0))}
SEVERAL = 3
# The parts of the rows that lie below the common value and the rare one.
PLACES = {"gte": [0.05, 1.0], "lte": [0.95, 0.0]}
WITHOUT_COLUMN: dict[type[filters.Filter], tuple[str, str]] = {
    filters.NumberFilter: ("30", "1000"),  # days
    filters.CharFilter: ("Manufacturing", "none-such"),
}
COUNTED: LiteralString = (
    "SELECT {column}::text, count(*) FROM receivables_invoice WHERE account_id = %s AND {column}::text <> ''"
    " GROUP BY 1 ORDER BY 2 {way}, 1 {way} LIMIT %s"
)
RANKED: LiteralString = (
    "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY {column})"
    " FROM receivables_invoice WHERE account_id = %s"
)


@dataclass(frozen=True)
class Samples:
    """The values of one account, which has so many rows."""

    tables: Tables
    account_id: int
    rows: int

    def of_all_filters(self) -> dict[str, tuple[str, ...]]:
        """Return for each filter a common value and a rare one; of a choice every one."""
        return {name: self._of(name, kind) for name, kind in InvoiceFilterSet.base_filters.items()}

    def _of(self, name: str, kind: filters.Filter) -> tuple[str, ...]:
        column = _column(name, kind)
        if isinstance(kind, filters.ChoiceFilter):
            return tuple(value for value, _ in kind.extra["choices"])
        if column is None:
            return next(values for known, values in WITHOUT_COLUMN.items() if isinstance(kind, known))
        if kind.lookup_expr in PLACES:
            return self._at(column, PLACES[kind.lookup_expr])
        several = SEVERAL if isinstance(kind, filters.BaseInFilter) else 1
        return self._most(column, several), self._least(column, several, ABSENT.get(type(kind), "none-such"))

    def _at(self, column: str, places: list[float]) -> tuple[str, ...]:
        """Return the values at these places of the order of all."""
        statement = sql.SQL(RANKED).format(column=sql.Identifier(column))
        (values,) = self.tables.connection.execute(statement, [places, self.account_id]).fetchall()
        return tuple(_text(value) for value in values[0])

    def _most(self, column: str, several: int) -> str:
        return ",".join(value for value, _ in self._counted(column, "DESC", several))

    def _least(self, column: str, several: int, absent: str) -> str:
        rarest = self._counted(column, "ASC", several)
        return ",".join(dict.fromkeys(value if count < RARE * self.rows else absent for value, count in rarest))

    def _counted(self, column: str, way: LiteralString, several: int) -> list[tuple[str, int]]:
        statement = sql.SQL(COUNTED).format(column=sql.Identifier(column), way=sql.SQL(way))
        return self.tables.connection.execute(statement, [self.account_id, several]).fetchall()


def _column(name: str, kind: filters.Filter) -> str | None:
    """Return the column behind a filter: the one it names itself, or that of the field of its name."""
    fields: dict[str, Any] = InvoiceSerializer().fields
    columns = [field.column for field in Invoice._meta.concrete_fields]
    wire = name.split("__")[0]
    if kind.field_name in columns or wire not in fields:
        return kind.field_name if kind.field_name in columns else None
    return fields[wire].source


def _text(value: Any) -> str:
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case date():  # or a moment
            return value.isoformat()
        case _:
            return str(value)
