"""Filters of lists that refuse what they cannot answer, in place of showing all rows or failing."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class LinksFilter(admin.SimpleListFilter):
    """A filter whose choices are links. `options` has the text of each value in the address, and what it finds.

    The choice stays while the form of the list's other filters is sent.
    """

    options: dict[str, tuple[Any, Callable[[Any], QuerySet[Any]]]]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        super().__init__(request, params, model, model_admin)
        self.lookup_kwarg, self.lookup_val = self.parameter_name, [self.value()]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, text) for value, (text, _find) in self.options.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.options:
            messages.error(request, _("There is no such filter as “%(value)s”.") % {"value": value})
            return queryset.none()
        return self.options[value][1](queryset)
