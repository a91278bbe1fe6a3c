"""What the admins of all apps share, above all the rule that nobody sees another account's rows."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apiauth.models import Account
from config.http.pages import refused

OF_ACCOUNT = "account__id__exact"
OF_EVERY_LIST = {ALL_VAR, "_facets", ORDER_VAR, PAGE_VAR, IS_POPUP_VAR, SEARCH_VAR, TO_FIELD_VAR}


def accounts_of(request: HttpRequest) -> list[Account]:
    """Return the accounts that the member of staff sees; they are looked up once for a request."""
    if not hasattr(request, "own_accounts"):
        request.own_accounts = list(Account.objects.visible_to(request.user))  # type: ignore[attr-defined]
    return request.own_accounts  # type: ignore[attr-defined]


def listed_accounts(request: HttpRequest) -> list[int]:
    """Return the accounts whose rows a list has: all that the member of staff sees, or one of them."""
    filtered_by = request.GET.get(OF_ACCOUNT, "")
    return [account.pk for account in accounts_of(request) if filtered_by in ("", str(account.pk))]


def list_address(opts: Any, query: str = "") -> str:
    """Return the address of a model's list, filtered by the query of an address."""
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return f"{address}?{query}" if query else address


def without_empty(query: QueryDict) -> QueryDict:
    """Return the query of an address without empty values: a form sends them, too."""
    filled = query.copy()
    for name, values in query.lists():
        filled.setlist(name, [value for value in values if value.strip()])
        if not filled.getlist(name):
            del filled[name]
    return filled


class UnreadableList(Exception):
    """An address names filters that a list does not have (`unknown`), or else a value that it cannot be filtered by."""

    def __init__(self, unknown: list[str]):
        super().__init__(", ".join(unknown))
        self.unknown = unknown


class OfferedLookupsAdmin(ModelAdmin):
    """An admin whose lists can be filtered by what their filters offer, and by no other lookup in the address.

    What nobody can choose on a page is refused: Django looks up what a request names, and fails where it is no key.
    """

    plain_choices: Sequence[str] = ()  # fields without the short cuts to other forms that Django sets beside a choice

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        filters: Any = self.get_list_filter(request)
        offered = {name for offer in filters for name in _names(offer)}
        return lookup in offered or re.sub("(__id)?(__exact|__isnull)?$", "", lookup) in offered

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a row; Django looks for a field without a name where the address has an empty `_to_field`."""
        return super().get_object(request, object_id, from_field or None)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Relations within an account name it beside the id; nobody chooses a row by its account."""
        return to_field == self.opts.pk.name and super().to_field_allowed(request, to_field)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in self.plain_choices and field is not None:
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what the state of the row allows."""
        row = self.get_object(request, unquote(str(object_id))) if self.actions_detail else None
        if row is None:
            return []
        endings = tuple(f"_{name}" for name in self.possible_actions(request, row))
        return [each for each in super().get_actions_detail(request, object_id) if each.action_name.endswith(endings)]

    def possible_actions(self, request: HttpRequest, row: Any) -> Sequence[str]:
        """Return which of `actions_detail` the state of the row allows."""
        return self.actions_detail

    def existing(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row with a quoted id. Raises Http404 where there is none."""
        if (row := self.get_object(request, unquote(object_id))) is None:
            raise Http404
        return row

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
        """Return the list that the address names. Raises UnreadableList where Django shows the list without it."""
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
            return self.unreadable_list(request, error)

    def unreadable_list(self, request: HttpRequest, error: UnreadableList) -> HttpResponse:
        """Return the page that says which filters there are, and leads to the list without those that it lacks."""
        query = request.GET.copy()
        for name in error.unknown or list(query):
            del query[name]
        names = ", ".join(_("“%(name)s”") % {"name": name[:40]} for name in error.unknown[:5])
        sentence = gettext("This list cannot be filtered by one of the values in the address.")
        if names:
            sentence = gettext("This list has no filter %(names)s.") % {"names": names}
        to_list = (gettext("Show the list without this filter"), list_address(self.opts, query.urlencode()))
        filters = list(self._filter_titles(request))
        return refused(request, 400, gettext("This address cannot be read"), [sentence], to_list, filters=filters)

    def _filter_titles(self, request: HttpRequest) -> Iterator[tuple[str, list[str]]]:
        """Yield the title of each filter of the list, and its names in the address."""
        filters: Any = self.get_list_filter(request)
        for offer in filters:
            yield capfirst(str(self._title(offer))), _names(offer)
        if self.get_search_fields(request):
            yield gettext("Search"), [SEARCH_VAR]

    def _title(self, offer: Any) -> Any:
        if not isinstance(offer, str | tuple):
            return offer.title
        name, by = offer if isinstance(offer, tuple) else (offer, None)
        try:
            return getattr(by, "heading", "") or self.opts.get_field(name).verbose_name
        except FieldDoesNotExist:
            return name


def _names(offer: Any) -> list[str]:
    """Return the names in the address that a filter answers to, as `list_filter` has it."""
    if isinstance(offer, str):
        return [offer]
    if isinstance(offer, tuple):
        return [offer[0]]
    return getattr(offer, "parameter_names", None) or [offer.parameter_name]


def refuse_no_keys(model: Any, keys: list[str]) -> None:
    try:
        for key in filter(None, keys):
            model._meta.pk.to_python(key)
    except ValidationError as error:
        raise BadRequest("a value of the form is no key of a row") from error


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


class TitledFilter(admin.FieldListFilter):
    """A filter by a column under a title of its own, for columns' names have no translation."""

    heading: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.heading


class OwnAccountsFilter(TitledFilter, admin.RelatedFieldListFilter):
    """The filter by account, which names no account that the member of staff does not belong to."""

    heading = _("account")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(account.pk), str(account)) for account in accounts_of(request)]

    def has_output(self) -> bool:
        """With one account there is no choice; but an account in the address is always shown."""
        return self.lookup_val is not None or super().has_output()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.lookup_val[-1] if isinstance(self.lookup_val, list) else self.lookup_val
        if value and value not in [pk for pk, _name in self.lookup_choices]:
            messages.error(request, _("There is no such account, or you may not see it."))
            return queryset.none()
        found: Any = super().queryset(request, queryset)
        return found


BY_OWN_ACCOUNT = ("account", OwnAccountsFilter)


class ReadOnlyAdmin(OwnAccountsAdmin):
    """An admin of rows that feeds own: staff look, the next upload writes."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
