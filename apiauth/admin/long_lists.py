"""Lists that may have millions of rows: no page reads all of them, and staff save them with their filters."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from apiauth.admin.base import OF_ACCOUNT, ReadOnlyAdmin, accounts_of, list_address, listed_accounts
from apiauth.models import LISTED, first_of_each
from apiauth.models.accounts import LONGEST_QUERY, SavedList, normalized_query
from config.database.base import is_distributed
from config.http.pages import redirect_unless_posted

MOST_SAVED = 20


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
            found = first_of_each(rows, self.accounts, end)
        elif getattr(rows, "moment", None):  # what all columns were is looked up for the rows of the page alone
            found = rows.values("pk")[:end]
        else:
            return rows
        shown = self.shown.filter(account__in=self.accounts) if is_distributed() else self.shown
        return shown.filter(pk__in=found).order_by(*rows.query.order_by)


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


class SavedListForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    query = forms.CharField(label=_("Filters"), max_length=LONGEST_QUERY)

    def clean_query(self) -> str:
        query = normalized_query(self.cleaned_data["query"])
        if not query or len(query) > LONGEST_QUERY:
            raise forms.ValidationError(_("Choose at least one filter, but not too many."))
        return query


class LongListAdmin(ReadOnlyAdmin):
    """An admin of a long list, which can be saved with its filters; the saved names are shown above it."""

    changelist_class: type[ChangeList] = LongChangeList
    change_list_template = "admin/apiauth/long_list.html"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return self.changelist_class

    def shown_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all rows of the model, with whatever its pages show of one."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Name the accounts as lists do: only then does PostgreSQL use an index that begins with them. Rows that are
        offered while one types are in the order of the list, too.
        """
        own = self.shown_rows(request).filter(LISTED, account__in=[account.pk for account in accounts_of(request)])
        return own.order_by(*self.ordering or ())

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **options: Any
    ) -> Paginator:
        if queryset.model is not self.model:  # the log of a row's page
            return super().get_paginator(request, queryset, per_page, *args, **options)
        listed = listed_accounts(request)
        return BoundedPaginator(queryset, per_page, accounts=listed, shown=self.shown_rows(request), **options)

    def get_urls(self) -> list[URLPattern]:
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        posted = redirect_unless_posted(lambda request, **named: list_address(self.opts))
        save, forget = (self.admin_site.admin_view(posted(view)) for view in (self.save_list, self.forget_list))
        own = [
            path("saved/", save, name=f"{label}_save_list"),
            path("saved/<int:pk>/forget/", forget, name=f"{label}_forget_list"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context: dict[str, Any] = {}
        if not request.GET.get("_popup") and self.has_view_permission(request):
            query = normalized_query(request.GET.urlencode())
            saved = list(self.own_lists(request))
            current = next((one for one in saved if one.query == query), None)
            context = {"list_query": query, "saved_lists": saved, "current_list": current}
        return super().changelist_view(request, context | (extra_context or {}))

    def own_lists(self, request: HttpRequest) -> Any:
        return SavedList.objects.filter(owner=request.user.pk, rows=self.opts.label_lower)

    def save_list(self, request: HttpRequest) -> HttpResponse:
        """Save the filters under a name, in place of those that had it before."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SavedListForm(request.POST)
        own = self.own_lists(request)
        if not form.is_valid():
            for name, errors in form.errors.items():
                messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, errors))}")
            return self._list(normalized_query(request.POST.get("query", "")[:LONGEST_QUERY]))
        name, query = form.cleaned_data["name"], form.cleaned_data["query"]
        if own.exclude(name=name).count() >= MOST_SAVED:
            messages.error(
                request, _("You already have %(most)d saved lists. Delete one first.") % {"most": MOST_SAVED}
            )
        else:
            own.update_or_create(
                owner_id=request.user.pk, rows=self.opts.label_lower, name=name, defaults={"query": query}
            )
        return self._list(query)

    def forget_list(self, request: HttpRequest, pk: int) -> HttpResponse:
        saved = self.own_lists(request).filter(pk=pk).first()
        if saved is None:
            raise PermissionDenied
        saved.delete()
        return self._list(saved.query)

    def _list(self, query: str) -> HttpResponse:
        return HttpResponseRedirect(list_address(self.opts, query))
