"""How old what customers owe is: a page of customers, added up by the database and read no further than it ends."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func
from django.db.models.expressions import RawSQL

from receivables.models import InvoiceQuerySet
from receivables.models.customer_matching import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.reports.aging import CUSTOMER, Bucket, sums_of

COLUMNS = {CUSTOMER: f"owed.{CUSTOMER}", "company_code": COMPANY_CODE, "currency": "owed.currency"}


class AnyOf(Func):
    """Whether a value is one of an array."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


# Each number has a row or more, so a page ends within as many numbers as it has rows: only their items are added up.
# That is done by number and code, before their customers are looked up, one by one: any other join would read all of
# the account's customers.
_PAGE = """
WITH RECURSIVE numbers (number) AS ({numbers})
SELECT {columns}, {name} AS name, {sums} FROM ({owed}) AS owed LEFT JOIN LATERAL (
    SELECT * FROM customers_customer AS customer WHERE {owed_by_customer} LIMIT 1
) AS customer ON true {after}
GROUP BY {columns} ORDER BY {columns} LIMIT %s
"""


def customer_aging_page(
    items: InvoiceQuerySet,
    columns: Sequence[str],
    parts: Sequence[Bucket],
    after: Sequence[str],
    limit: int,
    *,
    is_narrowed: bool,
) -> list[dict[str, Any]]:
    """Return rows as those of `aging_query`, one for each value of `columns`, in order, with the customer's `name`.

    The columns are some of COLUMNS, the number first. The rows follow those of `after`, the values of an earlier row;
    it may be empty. `is_narrowed` says that few of a number's items may be left.
    """
    open_items: Any = items.open().order_by()
    if after:
        open_items = open_items.filter(customer_number_key__gte=after[0])
    sums = sums_of(parts)
    most = limit + 1  # numbers, for that of `after` may have no row left
    numbers, before = _distinct_numbers(open_items, most) if is_narrowed else _one_after_another(open_items)
    owed, parameters = _by_number_and_code(_of_first_numbers(open_items, most), sums)
    expressions = ", ".join(COLUMNS[column] for column in columns)
    statement = _PAGE.format(
        numbers=numbers,
        columns=expressions,
        name=NAME,
        sums=", ".join(f"sum(owed.{name}){'::bigint' if name.endswith('_count') else ''}" for name in sums),
        owed=owed,
        owed_by_customer=OWED_BY_CUSTOMER,
        after=f"WHERE ({expressions}) > ({', '.join(['%s'] * len(columns))})" if after else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*before, *parameters, *after, limit])
        return [dict(zip([*columns, "name", *sums], row, strict=True)) for row in cursor]


def _distinct_numbers(items: Any, most: int) -> tuple[str, Sequence[Any]]:
    sql, parameters = items.order_by(CUSTOMER).values(CUSTOMER).distinct()[:most].query.sql_with_params()
    return sql, parameters


def _one_after_another(items: Any) -> tuple[str, Sequence[Any]]:
    """Return SQL that skips along the index from number to number, past the items of each."""
    first, parameters = _first_number(items)
    following, more = _first_number(items.filter(customer_number_key__gt=_raw("numbers.number")))
    sql = f"({first}) UNION ALL SELECT ({following}) FROM numbers WHERE number IS NOT NULL"  # noqa: S608 - our own texts
    return sql, [*parameters, *more]


def _first_number(items: Any) -> Any:
    return items.order_by(CUSTOMER).values(CUSTOMER)[:1].query.sql_with_params()


def _of_first_numbers(items: Any, most: int) -> Any:
    """Return the items of the first numbers. As an array these lead to the index; IN would be a join of all items."""
    return items.filter(AnyOf(F(CUSTOMER), _raw("ARRAY(SELECT number FROM numbers LIMIT %s)", most)))


def _raw(sql: str, *parameters: Any) -> RawSQL:
    return RawSQL(sql, parameters)  # noqa: S611 - our own text


def _by_number_and_code(items: Any, sums: dict[str, Any]) -> Any:
    grouped = items.values("account_id", CUSTOMER, "company_code", "currency")
    return grouped.annotate(**names_of_items(), **sums).query.sql_with_params()
