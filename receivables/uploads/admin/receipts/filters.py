"""Filters of the list of uploads."""

from datetime import datetime, time
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import BY_OWN_ACCOUNT, TitledFilter
from apiauth.models import Account, ApiKey
from receivables.admin.shared.checked_filters import RangeFilter


class OwnKeysFilter(TitledFilter, admin.RelatedFieldListFilter):
    """The filter by key, which names no key of an account that the member of staff does not belong to."""

    heading = _("API key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_value_display: Any = _("No key: uploaded by staff")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        own = ApiKey.objects.filter(account__in=Account.objects.visible_to(request.user))
        return [(str(key.pk), str(key)) for key in own.order_by("name", "key")]


class DaysFilter(RangeFilter):
    """The days that uploads came on, the last one included."""

    title, column, parameter_names = _("day"), "created_at", ["created_at_from", "created_at_to"]

    def condition(self, values: dict[str, Any]) -> Q:
        bounds = zip(self.parameter_names, (time.min, time.max), strict=True)
        moments = {
            name: make_aware(datetime.combine(values[name], at)) if values[name] else None for name, at in bounds
        }
        return super().condition(moments)


def _titled(filter_by: type, heading: Any, **members: Any) -> type:
    return type(f"Titled{filter_by.__name__}", (TitledFilter, filter_by), {"heading": heading, **members})


FILTERS: list[Any] = [
    ("outcome", _titled(admin.ChoicesFieldListFilter, _("outcome"))),
    ("state", _titled(admin.ChoicesFieldListFilter, _("state"))),
    ("resource", _titled(admin.ChoicesFieldListFilter, _("content"))),
    ("is_dry_run", _titled(admin.BooleanFieldListFilter, _("dry run"), horizontal=True)),
    DaysFilter,
    BY_OWN_ACCOUNT,
    ("api_key", OwnKeysFilter),
]
