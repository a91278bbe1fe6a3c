"""What the list of key pairs can be narrowed to."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apiauth.models import KeyState, Scope
from config.admin.filters import no_such_choice


class ByState(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return KeyState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        state = self.value()
        if state is None:
            return queryset
        if state not in KeyState.values:
            return no_such_choice(self, request, queryset)
        return queryset.in_state(KeyState(state))


class ByScope(admin.SimpleListFilter):
    title, parameter_name = _("scope"), "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Scope.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        if self.value() not in Scope.values:
            return no_such_choice(self, request, queryset)
        return queryset.filter(scopes__contains=[self.value()])
