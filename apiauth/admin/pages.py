"""Pages of lists that may be of any length."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Func, OuterRef, QuerySet
from django.utils.functional import cached_property

from apiauth.models import Account


class BoundedPaginator(Paginator):
    """Pages of which no more than MOST rows are counted and shown; `has_more` tells whether there are more.

    A page beyond the last is the last. `accounts` are those whose rows are listed, `shown` all rows of the model with
    whatever a page shows of one.
    """

    MOST = 10_000
    template_name = "admin/apiauth/bounded_pages.html"

    def __init__(self, rows: Any, per_page: int, *, accounts: Sequence[int], shown: QuerySet[Any], **options: Any):
        super().__init__(rows, per_page, **options)
        self.accounts, self.shown = accounts, shown

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        found: int = rows.order_by().values("pk")[: self.MOST + 1].count()
        return found

    @cached_property
    def count(self) -> int:
        return min(self._found, self.MOST)

    @property
    def has_more(self) -> bool:
        return self._found > self.MOST

    def validate_number(self, number: Any) -> int:
        return max(1, min(int(number), self.num_pages))

    def page(self, number: Any) -> Page:
        place = self.validate_number(number)
        first, end = (place - 1) * self.per_page, min(place * self.per_page, self.count)
        return Page(self._rows(end)[first:end], place, self)

    def _rows(self, end: int) -> QuerySet[Any]:
        """Return rows that are the same up to `end`, and found sooner.

        Indexes begin with the account: of many rows of several accounts the first of each are found in its index. Few
        rows are found first and put in order then, or PostgreSQL may look for them along the whole index of the order.
        """
        rows: Any = self.object_list
        if any(by.lstrip("-") in rows.query.annotations for by in rows.query.order_by):
            return rows  # the order is of what the filters brought with them
        if not self.has_more:
            found = rows.order_by().values("pk")[: self.MOST]
        elif len(self.accounts) > 1:
            found = self._first_of_each(end)
        else:
            return rows
        return self.shown.filter(pk__in=found).order_by(*rows.query.order_by)

    def _first_of_each(self, end: int) -> QuerySet[Any]:
        rows: Any = self.object_list
        of_one = rows.filter(account=OuterRef("pk"), account__gt=0).values("pk")[:end]
        firsts = Func(ArraySubquery(of_one), function="unnest", output_field=BigIntegerField())
        return Account.objects.filter(pk__in=self.accounts).order_by().values_list(firsts)
