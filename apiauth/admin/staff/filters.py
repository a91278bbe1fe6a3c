"""Filters of the list of staff."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apiauth.admin.staff.roles import NAMES
from apiauth.admin.staff.states import FOUND_BY, PersonState

SUPERUSER = "superuser"


class ByPersonState(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return PersonState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = self.value()
        return queryset.filter(FOUND_BY[PersonState(state)]) if state in PersonState.values else queryset


class ByRole(admin.SimpleListFilter):
    title, parameter_name = _("role"), "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*NAMES.items(), (SUPERUSER, _("Superuser"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        role = self.value()
        if role == SUPERUSER:
            return queryset.filter(is_superuser=True)
        return queryset.filter(groups__name=role, is_superuser=False) if role in NAMES else queryset
