"""What the list of key pairs can be narrowed to."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apiauth.models import KeyState, Scope


class ByState(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return KeyState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        state = self.value()
        return queryset.in_state(KeyState(state)) if state in KeyState.values else queryset


class ByScope(admin.SimpleListFilter):
    title, parameter_name = _("scope"), "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Scope.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(scopes__contains=[self.value()]) if self.value() in Scope.values else queryset
