"""Lists that may have millions of rows: no page reads all of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Func, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.http import urlencode
from unfold.views import ChangeList

from apiauth.admin.base import OF_ACCOUNT, ReadOnlyAdmin, accounts_of, listed_accounts
from apiauth.admin.saved_lists import SavedListsAdmin
from apiauth.models import Account


class BoundedPaginator(Paginator):
    """Pages of which no more than MOST rows are counted and shown; `has_more` says whether there are more.

    A page after the last is the last. `accounts` are those whose rows are listed, `shown` all rows of the model with
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
        number = self.validate_number(number)
        first, end = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        return Page(self._rows(end)[first:end], number, self)

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


class LongChangeList(ChangeList):
    """A list that is ordered as the indexes of its table are: by a column, and by id in the same direction."""

    def _get_deterministic_ordering(self, ordering: Any) -> list[Any]:
        columns = list(ordering)
        if not columns:
            return ["-pk"]
        return [*columns, "-pk" if str(columns[-1]).startswith("-") else "pk"]

    @property
    def whole(self) -> str:
        """The address of the list without filters and search, of the same account."""
        account: Any = self.filter_params.get(OF_ACCOUNT)
        return f"?{urlencode({OF_ACCOUNT: account[-1]})}" if account else "?"

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.clear_all_filters_qs = self.whole
        self.result_list = self.paginator.page(self.page_num).object_list if self.result_count else []
        self.full_result_count = self.result_count  # or the heading would compare the two; the pages say how many


class LongListAdmin(SavedListsAdmin, ReadOnlyAdmin):
    changelist_class: type[ChangeList] = LongChangeList
    change_list_template = "admin/apiauth/long_list.html"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return self.changelist_class

    def shown_rows(self) -> QuerySet[Any]:
        """Return all rows of the model, with whatever its pages show of one."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Name the accounts: only then does PostgreSQL use an index that begins with them. Rows that are offered while
        one types are in the order of the list, too.
        """
        own = self.shown_rows().filter(account__in=[account.pk for account in accounts_of(request)])
        return own.order_by(*self.ordering or ())

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **options: Any
    ) -> Paginator:
        if queryset.model is not self.model:  # the log of a row's page
            return super().get_paginator(request, queryset, per_page, *args, **options)
        listed = listed_accounts(request)
        return BoundedPaginator(queryset, per_page, accounts=listed, shown=self.shown_rows(), **options)
