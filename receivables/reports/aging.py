"""How old what is owed is: open items by days, summed by the database; by customer, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import BooleanField, Case, Count, F, Func, IntegerField, Q, QuerySet, Sum, When
from django.db.models.expressions import RawSQL

from customers.imported.as_of import rows_sql, text_sql
from customers.models import NAME_OF_CUSTOMER, Customer
from receivables.models import Invoice, InvoiceQuerySet
from receivables.models.customer_matching import COMPANY_CODE, NAME, name_of_group, names_of_items, owed_by_customer

ZERO = Decimal(0)
CUSTOMER = "customer_number_key"
# The last day of each bucket for staff, and the index of the bucket of credits: the last one.
STAFF_DAYS = (30, 60, 90)
CREDITS = len(STAFF_DAYS) + 3


@dataclass(frozen=True)
class Bucket:
    """A part of what is open. Of the buckets of one report, every item with an open amount is in exactly one."""

    label: str
    items: Q


def buckets(as_of: date, date_column: str, days: Sequence[int]) -> list[Bucket]:
    """Return the buckets whose limits are `days`, ascending and above zero.

    The age of an item is the number of days from its date to `as_of`; on the day itself it is not due. A credit that is
    not applied yet has no age.
    """
    of_ages = []
    for younger, oldest in pairwise([0, *days]):
        label = f"{oldest}" if oldest == younger + 1 else f"{younger + 1}-{oldest}"
        first_day, day_after = _days_before(as_of, oldest), _days_before(as_of, younger)
        of_ages.append(Bucket(label, _debits(date_column, gte=first_day, lt=day_after)))
    return [
        Bucket("not due", _debits(date_column, gte=as_of)),
        *of_ages,
        Bucket(f"over {days[-1]}", _debits(date_column, lt=_days_before(as_of, days[-1]))),
        Bucket(f"no {date_column.replace('_', ' ')}", _debits(date_column, isnull=True)),
        Bucket("unapplied credits", Q(open_amount__lt=0)),
    ]


def _debits(date_column: str, **lookups: Any) -> Q:
    return Q(open_amount__gt=0, **{f"{date_column}__{lookup}": value for lookup, value in lookups.items()})


def _days_before(day: date, count: int) -> date:
    """The calendar begins with the year 1, and no item is dated before it."""
    return date.fromordinal(max(day.toordinal() - count, date.min.toordinal()))


def bucket_index(parts: Sequence[Bucket]) -> Case:
    """SQL for the index among `parts` of an item's bucket; NULL where it has no open amount."""
    return Case(*(When(part.items, then=n) for n, part in enumerate(parts)), output_field=IntegerField())


def aging_query(items: InvoiceQuerySet, group_column: str, parts: Sequence[Bucket]) -> QuerySet[Any, Any]:
    """Return a row for each group and currency, in this order: what is open, whole and by bucket (`bucket0` and on).

    Amounts of different currencies are never added. A settled item is not open; one whose open amount is empty cannot
    be summed, and is counted.
    """
    grouped: Any = items.open().order_by().values(group_column, "currency")
    return grouped.annotate(**sums_of(parts)).order_by(group_column, "currency")


def sums_of(parts: Sequence[Bucket]) -> dict[str, Any]:
    return {
        "total": Sum("open_amount", default=ZERO),
        "summed_count": Count("open_amount"),
        "without_amount_count": Count("id", filter=Q(open_amount=None)),
        **{f"bucket{n}": Sum("open_amount", filter=part.items, default=ZERO) for n, part in enumerate(parts)},
    }


def after_group(column: str, group: str, currency: str) -> Q:
    """Return the condition of the rows after one of `aging_query`; an index can start at its first part."""
    return Q((f"{column}__gte", group)) & (Q((f"{column}__gt", group)) | Q(currency__gt=currency))


COLUMNS = {CUSTOMER: f"owed.{CUSTOMER}", "company_code": COMPANY_CODE, "currency": "owed.currency"}

# Each number has a row or more, so a page ends within as many numbers as it has rows: only their items are added up.
# That is done by number and code, before their customers are looked up, one by one: any other join would read all of
# the account's customers.
_PAGE = """
WITH RECURSIVE numbers (number) AS ({numbers})
SELECT {columns}, {name} AS name, {sums} FROM ({owed}) AS owed LEFT JOIN LATERAL (
    SELECT * FROM {customers} AS customer WHERE {owed_by_customer} LIMIT 1
) AS customer ON true{named} {after}
GROUP BY {columns} ORDER BY {columns} LIMIT %s
"""


# The names of a group's items at a moment, if their customer has none.
_NAMED = """ LEFT JOIN LATERAL (
    SELECT min(nullif(item.name, '')) AS lowest_name, max(nullif(item.name, '')) AS highest_name FROM (
        SELECT {name} AS name FROM receivables_invoice AS t WHERE t.account_id = {account} AND t.id = ANY(owed.ids)
    ) AS item WHERE {customer} IS NULL
) AS named ON true"""


class AnyOf(Func):
    """Whether a value is one of an array."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def customer_aging_page(
    account_id: int,
    items: InvoiceQuerySet,
    columns: Sequence[str],
    parts: Sequence[Bucket],
    after: Sequence[str],
    limit: int,
    *,
    is_narrowed: bool,
) -> list[dict[str, Any]]:
    """Return rows of an account's items as those of `aging_query`, one for each value of `columns`, in order, with the
    customer's `name`.

    The columns are some of COLUMNS, the number first. The rows follow those of `after`, the values of an earlier row;
    it may be empty. `is_narrowed` says that few of a number's items may be left. Customers are of the items' moment.
    """
    open_items: Any = items.open().order_by()
    if after:
        open_items = open_items.filter(customer_number_key__gte=after[0])
    sums = sums_of(parts)
    most = limit + 1  # numbers, for that of `after` may have no row left
    distinct = open_items.order_by(CUSTOMER).values(CUSTOMER).distinct()[:most]
    numbers, before = distinct.query.sql_with_params() if is_narrowed else _one_after_another(open_items)
    # As an array these numbers lead to the index; IN would be a join of all items.
    of_numbers = open_items.filter(AnyOf(F(CUSTOMER), RawSQL("ARRAY(SELECT number FROM numbers LIMIT %s)", [most])))
    grouped = of_numbers.values("account_id", CUSTOMER, "company_code", "currency")
    names = {"ids": ArrayAgg("id")} if items.moment else names_of_items()
    owed, parameters = grouped.annotate(**names, **sums).query.sql_with_params()
    expressions = ", ".join(COLUMNS[column] for column in columns)
    statement = _PAGE.format(
        numbers=numbers,
        columns=expressions,
        **_customers(account_id, items.moment),
        sums=", ".join(f"sum(owed.{name}){'::bigint' if name.endswith('_count') else ''}" for name in sums),
        owed=owed,
        after=f"WHERE ({expressions}) > ({', '.join(['%s'] * len(columns))})" if after else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*before, *parameters, *after, limit])
        return [dict(zip([*columns, "name", *sums], row, strict=True)) for row in cursor]


def _customers(account_id: int, moment: datetime | None) -> dict[str, str]:
    """Return what a page says of the customers, as they are or were at a moment. What items were named once stands in
    the JSON of their history: it is read where it counts alone.
    """
    account = str(int(account_id))
    parts = {"owed_by_customer": owed_by_customer(account, moment)}
    if moment is None:
        return parts | {"name": NAME, "customers": "customers_customer", "named": ""}
    name_then = text_sql(Invoice, "customer_name", moment)
    named = _NAMED.format(account=account, name=name_then, customer=NAME_OF_CUSTOMER)
    return parts | {"name": name_of_group("named"), "customers": f"({rows_sql(Customer, moment)})", "named": named}


def _one_after_another(items: Any) -> tuple[str, Sequence[Any]]:
    """Return SQL that skips along the index from number to number, past the items of each."""
    numbers = items.order_by(CUSTOMER).values(CUSTOMER)
    first, parameters = numbers[:1].query.sql_with_params()
    larger = numbers.filter(customer_number_key__gt=RawSQL("numbers.number", ()))
    following, more = larger[:1].query.sql_with_params()
    sql = f"({first}) UNION ALL SELECT ({following}) FROM numbers WHERE number IS NOT NULL"  # noqa: S608 - our own texts
    return sql, [*parameters, *more]
