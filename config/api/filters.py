"""Filters of lists, under the names of the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

BOUNDS = {"gte": "at least", "lte": "at most"}


class TextInFilter(filters.BaseInFilter, filters.CharFilter):
    """Any of several texts, separated by commas."""

    def __init__(self, *names: str, label: str, **options: Any):
        super().__init__(*names, label=label, help_text=label, **options)


class TrueFalseFilter(filters.ChoiceFilter):
    """`true` or `false`. Any other value is refused: it must not be ignored and answer the whole list."""

    def __init__(self, method: str, label: str):
        super().__init__(method=method, label=label, choices=[("true", "true"), ("false", "false")])
        extend_schema_field({"type": "boolean", "description": label})(cast("Any", self))


class MomentFilter(filters.IsoDateTimeFilter):
    """A moment in ISO 8601; in UTC where it names no offset."""

    def filter(self, rows: QuerySet[Any], moment: datetime | None) -> QuerySet[Any]:
        return super().filter(rows, moment and in_utc(moment))


def texts(columns: Mapping[str, str]) -> dict[str, filters.Filter]:
    """Return filters by the whole text of columns, or by any of several."""
    exact: dict[str, filters.Filter] = {}
    several: dict[str, filters.Filter] = {}
    for name, column in columns.items():
        exact[name] = filters.CharFilter(column, label=f"{name}, as it was sent.")
        label = f"{name}: any of several, separated by commas; `,` alone finds what has none."
        several[f"{name}__in"] = TextInFilter(column, lookup_expr="in", label=label)
    return exact | several


def ranges(kind: type[filters.Filter], columns: Mapping[str, str]) -> dict[str, filters.Filter]:
    """Return filters by the lowest and the highest value that counts."""
    return {
        f"{name}__{bound}": kind(column, lookup_expr=bound, label=f"{name} {words} this.")
        for name, column in columns.items()
        for bound, words in BOUNDS.items()
    }


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC: of offsets PostgreSQL reads none from 16 hours on, and no fraction of a second.

    At either end of the calendar, where no row is and UTC may have no such day, the offset does not count.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
