"""How old what is owed is: open items by days, summed by the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, When

from receivables.models import InvoiceQuerySet

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
    return [
        Bucket("not due", _debits(date_column, gte=as_of)),
        *_of_ages(as_of, date_column, days),
        Bucket(f"over {days[-1]}", _debits(date_column, lt=_days_before(as_of, days[-1]))),
        Bucket(f"no {date_column.replace('_', ' ')}", _debits(date_column, isnull=True)),
        Bucket("unapplied credits", Q(open_amount__lt=0)),
    ]


def _of_ages(as_of: date, date_column: str, days: Sequence[int]) -> Iterator[Bucket]:
    for younger, oldest in pairwise([0, *days]):
        label = f"{oldest}" if oldest == younger + 1 else f"{younger + 1}-{oldest}"
        first_day, day_after = _days_before(as_of, oldest), _days_before(as_of, younger)
        yield Bucket(label, _debits(date_column, gte=first_day, lt=day_after))


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
