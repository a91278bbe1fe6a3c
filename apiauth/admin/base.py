"""What the admins of all apps share, above all the rule that nobody sees another account's rows."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apiauth.models import Account


class OfferedLookupsAdmin(ModelAdmin):
    """An admin whose lists can be filtered by what their filters offer, and by no other lookup in the address."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = {_offered_by(each) for each in self.get_list_filter(request)}
        return re.sub("(__id)?(__exact|__isnull)?$", "", lookup) in offered


def _offered_by(list_filter: Any) -> str:
    """Return the name in the address of a filter: of a field, of a field with its class, or of a class of its own."""
    if isinstance(list_filter, type):
        return list_filter.parameter_name  # type: ignore[attr-defined]
    return list_filter if isinstance(list_filter, str) else list_filter[0]


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

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(account.pk), str(account)) for account in Account.objects.visible_to(request.user)]


BY_OWN_ACCOUNT = ("account", OwnAccountsFilter)


class ReadOnlyAdmin(OwnAccountsAdmin):
    """An admin of rows that feeds own: staff look, the next upload writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
