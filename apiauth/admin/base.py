"""What the admins of all apps share, above all the rule that nobody sees another account's rows."""

import re
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from apiauth.admin.pages import BoundedPaginator
from apiauth.admin.saved_lists import SavedListsAdmin
from apiauth.admin.unreadable import OF_EVERY_LIST, UnreadableList, names_of, unreadable_list
from apiauth.models import Account

OF_ACCOUNT = "account__id__exact"


def accounts_of(request: HttpRequest) -> list[Account]:
    """Return the accounts that the member of staff sees; they are looked up once for a request."""
    kept: Any = request
    if not hasattr(kept, "own_accounts"):
        kept.own_accounts = list(Account.objects.visible_to(request.user))
    own: list[Account] = kept.own_accounts
    return own


def listed_accounts(request: HttpRequest) -> list[int]:
    """Return the accounts whose rows a list has: the member of staff's own, or the one of them that is asked for."""
    asked = request.GET.get(OF_ACCOUNT, "")
    return [account.pk for account in accounts_of(request) if asked in ("", str(account.pk))]


class OfferedLookupsAdmin(ModelAdmin):
    """An admin whose lists can be filtered by what their filters offer, and by no other lookup in the address.

    What nobody can choose on a page is refused: Django looks up what a request names, and fails where it is no key.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        filters: Any = self.get_list_filter(request)
        offered = {name for offer in filters for name in names_of(offer)}
        return lookup in offered or re.sub("(__id)?(__exact|__isnull)?$", "", lookup) in offered

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a row; Django looks for a field without a name where the address has an empty `_to_field`."""
        return super().get_object(request, object_id, from_field or None)

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        refuse_no_keys(self.model, request.POST.getlist(ACTION_CHECKBOX_NAME))
        return super().response_action(request, queryset)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        for name in self.autocomplete_fields:
            refuse_no_keys(self.opts.get_field(name).related_model, request.POST.getlist(name))
        return super().changeform_view(request, *args, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Answer 404 for a row that is not there, where Django leads to another page."""
        raise Http404

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list that the address asks for. Raises UnreadableList where Django shows the list without it."""
        names = [name for name in request.GET if name not in OF_EVERY_LIST]
        if unknown := [name for name in names if not self.lookup_allowed(name, "", request)]:
            raise UnreadableList(unknown)
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise UnreadableList([]) from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except UnreadableList as error:
            return unreadable_list(self, request, error.unknown)


def refuse_no_keys(model: Any, chosen: list[str]) -> None:
    try:
        for key in filter(None, chosen):
            model._meta.pk.to_python(key)
    except ValidationError as error:
        raise BadRequest("what was chosen is no key of a row") from error


class OwnAccountsAdmin(OfferedLookupsAdmin):
    """An admin of rows that belong to an account: staff see, and may choose, only the accounts they are members of."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(account__in=Account.objects.visible_to(request.user))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = Account.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OwnAccountsFilter(admin.RelatedFieldListFilter):
    """The filter by account, which names no account that the member of staff does not belong to."""

    heading = _("account")  # the column's name has no translation

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.heading

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(account.pk), str(account)) for account in accounts_of(request)]

    def has_output(self) -> bool:
        """With one account there is no choice; but what is asked for is never left out in silence."""
        return self.lookup_val is not None or super().has_output()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.lookup_val[-1] if isinstance(self.lookup_val, list) else self.lookup_val
        if asked and asked not in [pk for pk, _ in self.lookup_choices]:
            messages.error(request, _("There is no such account, or you may not see it."))
            return queryset.none()
        found: Any = super().queryset(request, queryset)
        return found


BY_OWN_ACCOUNT = ("account", OwnAccountsFilter)


class ReadOnlyAdmin(OwnAccountsAdmin):
    """An admin of rows that feeds own: staff look, the next upload writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


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
    """An admin of rows that may be millions: nothing is asked of all of them for the sake of a page."""

    change_list_template = "admin/apiauth/long_list.html"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongChangeList

    def shown_rows(self) -> QuerySet[Any]:
        """Return all rows of the model, with whatever its pages show of one."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Name the accounts: only where PostgreSQL is told which they are it takes an index that begins with them."""
        return self.shown_rows().filter(account__in=[account.pk for account in accounts_of(request)])

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **options: Any
    ) -> Paginator:
        if queryset.model is not self.model:  # the log of a row's page
            return super().get_paginator(request, queryset, per_page, *args, **options)
        listed = listed_accounts(request)
        return BoundedPaginator(queryset, per_page, accounts=listed, shown=self.shown_rows(), **options)
