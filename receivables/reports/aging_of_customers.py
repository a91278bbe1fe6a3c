"""How old what customers owe is: a page of customers, added up by the database and read no further than it ends."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from receivables.belonging import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.models import InvoiceQuerySet
from receivables.reports.aging import CUSTOMER, Bucket, sums_of

COLUMNS = {CUSTOMER: f"owed.{CUSTOMER}", "company_code": COMPANY_CODE, "currency": "owed.currency"}

# Each number has a row or more, so a page ends within as many numbers as it has rows. They are looked up one after
# another along an index; with no end to what it reads PostgreSQL may read and sort all items instead. Items are added
# up by number and code before their customers are looked up, one by one: any other join would read all customers.
_PAGE = """
WITH RECURSIVE numbers (number) AS (
    ({first_number}) UNION ALL SELECT ({next_number}) FROM numbers WHERE number IS NOT NULL
), ends (lowest, highest) AS (SELECT min(number), max(number) FROM (SELECT number FROM numbers LIMIT %s) AS page)
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
    first, first_parameters = _first_number(open_items)
    following, following_parameters = _first_number(open_items.filter(customer_number_key__gt=_raw("numbers.number")))
    owed, parameters = _by_number_and_code(open_items, sums)
    expressions = ", ".join(COLUMNS[column] for column in columns)
    statement = _PAGE.format(
        first_number=first,
        next_number=following,
        columns=expressions,
        name=NAME,
        sums=", ".join(f"sum(owed.{name}){'::bigint' if name.endswith('_count') else ''}" for name in sums),
        owed=owed,
        owed_by_customer=OWED_BY_CUSTOMER,
        after=f"WHERE ({expressions}) > ({', '.join(['%s'] * len(columns))})" if after else "",
    )
    # A number more than rows: that of `after` may have none left.
    before = [*first_parameters, *following_parameters, limit + 1]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*before, *parameters, *(after or ()), limit])
        return [dict(zip([*columns, "name", *sums], row, strict=True)) for row in cursor]


def _raw(sql: str) -> RawSQL:
    return RawSQL(sql, [])  # noqa: S611 - our own text


def _first_number(items: Any) -> Any:
    return items.order_by(CUSTOMER).values(CUSTOMER)[:1].query.sql_with_params()


def _by_number_and_code(items: Any, sums: dict[str, Any]) -> Any:
    of_page = items.filter(
        customer_number_key__gte=_raw("(SELECT lowest FROM ends)"),
        customer_number_key__lte=_raw("(SELECT highest FROM ends)"),
    )
    grouped = of_page.values("account_id", CUSTOMER, "company_code", "currency")
    return grouped.annotate(**names_of_items(), **sums).query.sql_with_params()
