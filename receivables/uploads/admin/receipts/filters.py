"""Filters of the list of uploads."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from apiauth.admin.base import BY_OWN_ACCOUNT
from apiauth.models import Account, ApiKey
from config.admin.filters import nothing


class TitledFilter(admin.FieldListFilter):
    """A filter by a column under a title of its own, for columns' names have no translation."""

    heading: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.heading


class OutcomeFilter(TitledFilter, admin.ChoicesFieldListFilter):
    heading = _("outcome")


class StateFilter(TitledFilter, admin.ChoicesFieldListFilter):
    heading = _("state")


class ResourceFilter(TitledFilter, admin.ChoicesFieldListFilter):
    heading = _("content")


class DryRunFilter(TitledFilter, admin.BooleanFieldListFilter):
    heading = _("dry run")
    horizontal = True


class OwnKeysFilter(TitledFilter, admin.RelatedFieldListFilter):
    """The filter by key, which names no key of an account that the member of staff does not belong to."""

    heading = _("API key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_value_display: Any = _("No key: uploaded by staff")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        own = ApiKey.objects.filter(account__in=Account.objects.visible_to(request.user))
        return [(str(key.pk), str(key)) for key in own.order_by("name", "key")]


class DaysFilter(TitledFilter, RangeDateFilter):
    """The filter by the days that uploads came on, the last one included."""

    heading = _("day")

    LOOKUPS = FIRST, LAST = ("created_at_from", "created_at_to")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        bounds = {self.FIRST: ("created_at__gte", time.min), self.LAST: ("created_at__lte", time.max)}
        for name, (lookup, of_day) in bounds.items():
            if not (asked := self.used_parameters.get(name, "")):
                continue
            if (day := parse_date_str(asked)) is None:
                return nothing(
                    request, queryset, _("“%(day)s” is not a date. Write it like 2026-01-31.") % {"day": asked}
                )
            queryset = queryset.filter(**{lookup: _moment(day, of_day)})
        return queryset


def _moment(day: date, of_day: time) -> datetime:
    return make_aware(datetime.combine(day, of_day))


FILTERS: list[Any] = [
    ("outcome", OutcomeFilter),
    ("state", StateFilter),
    ("resource", ResourceFilter),
    ("is_dry_run", DryRunFilter),
    ("created_at", DaysFilter),
    BY_OWN_ACCOUNT,
    ("api_key", OwnKeysFilter),
]
