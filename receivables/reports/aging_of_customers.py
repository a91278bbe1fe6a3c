"""How old what customers owe is: a page of customers, added up by the database and read no further than it ends."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func

from receivables.belonging import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.models import InvoiceQuerySet
from receivables.reports.aging import CUSTOMER, Bucket, sums_of

COLUMNS = {CUSTOMER: f"owed.{CUSTOMER}", "company_code": COMPANY_CODE, "currency": "owed.currency"}


class AnyOf(Func):
    """Whether a value is one of an array."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


# Each number has a row or more, so a page ends within as many numbers as it has rows: only their items are added up.
# That is done by number and code, before their customers are looked up, one by one: any other join would read all of
# the account's customers.
_PAGE = """
SELECT {columns}, {name} AS name, {sums} FROM ({owed}) AS owed LEFT JOIN LATERAL (
    SELECT * FROM customers_customer AS customer WHERE {owed_by_customer} LIMIT 1
) AS customer ON true {after}
GROUP BY {columns} ORDER BY {columns} LIMIT %s
"""


def aged_customers(
    items: InvoiceQuerySet, columns: Sequence[str], parts: Sequence[Bucket], after: Sequence[str] | None, limit: int
) -> list[dict[str, Any]]:
    """Return rows as those of `aged`: one for each value of `columns`, in this order, each with its customer's `name`.

    The columns are some of COLUMNS, the number first. The rows follow `after`, the values of an earlier row.
    """
    open_items: Any = items.open().order_by()
    if after:
        open_items = open_items.filter(customer_number_key__gte=after[0])
    sums = sums_of(parts)
    # A number more than rows: that of `after` may have none left.
    owed, parameters = _by_number_and_code(_of_first_numbers(open_items, limit + 1), sums)
    expressions = ", ".join(COLUMNS[column] for column in columns)
    statement = _PAGE.format(
        columns=expressions,
        name=NAME,
        sums=", ".join(f"sum(owed.{name}){'::bigint' if name.endswith('_count') else ''}" for name in sums),
        owed=owed,
        owed_by_customer=OWED_BY_CUSTOMER,
        after=f"WHERE ({expressions}) > ({', '.join(['%s'] * len(columns))})" if after else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *(after or ()), limit])
        return [dict(zip([*columns, "name", *sums], row, strict=True)) for row in cursor]


def _of_first_numbers(items: Any, numbers: int) -> Any:
    """Return the items of the first numbers. As an array these lead to the index; IN would be a join of all items."""
    first = items.order_by(CUSTOMER).values(CUSTOMER).distinct()[:numbers]
    return items.filter(AnyOf(F(CUSTOMER), ArraySubquery(first)))


def _by_number_and_code(items: Any, sums: dict[str, Any]) -> Any:
    grouped = items.values("account_id", CUSTOMER, "company_code", "currency")
    return grouped.annotate(**names_of_items(), **sums).query.sql_with_params()
