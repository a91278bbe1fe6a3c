"""Filters of lists, under the names of the wire. What a list cannot be filtered by is refused before it comes here."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Func, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from config.api.moments import in_utc
from customers.models import WORDS, Customer, CustomerQuerySet
from customers.numbers import number_key
from customers.words import MAX_LENGTH, SEARCH, check_search, found_in

TRUTH = [("true", "true"), ("false", "false")]
BOUNDS = {"gte": "at least", "lte": "at most"}


class TextInFilter(filters.BaseInFilter, filters.CharFilter):
    """Any of several texts, separated by commas."""

    def __init__(self, *names: str, label: str, **options: Any):
        super().__init__(*names, label=label, help_text=label, **options)


class TruthFilter(filters.ChoiceFilter):
    """`true` or `false`, and nothing else: what neither is must not answer as if it had not been asked."""

    def __init__(self, method: str, label: str):
        super().__init__(method=method, label=label, choices=TRUTH)
        described: Any = self
        extend_schema_field({"type": "boolean", "description": label})(described)


class SearchFilter(filters.CharFilter):
    def __init__(self, method: str, label: str):
        super().__init__(method=method, label=label, max_length=MAX_LENGTH, validators=[check_search])
        described: Any = self
        text = {"type": "string", "maxLength": MAX_LENGTH, "pattern": SEARCH, "description": label}
        extend_schema_field(text)(described)


class MomentFilter(filters.IsoDateTimeFilter):
    """A moment in ISO 8601; in UTC where it names no offset."""

    def filter(self, rows: QuerySet[Any], moment: datetime | None) -> QuerySet[Any]:
        return super().filter(rows, moment and in_utc(moment))


def texts(columns: Mapping[str, str]) -> dict[str, filters.Filter]:
    """Return filters by the whole text of columns, or by any of several."""
    exact: dict[str, filters.Filter] = {
        name: filters.CharFilter(column, label=f"{name}, as it was sent.") for name, column in columns.items()
    }
    several: dict[str, filters.Filter] = {
        f"{name}__in": TextInFilter(column, lookup_expr="in", label=f"{name}: any of several, separated by commas.")
        for name, column in columns.items()
    }
    return exact | several


def ranges(kind: type[filters.Filter], columns: Mapping[str, str]) -> dict[str, filters.Filter]:
    """Return filters by the lowest and the highest value that counts."""
    return {
        f"{name}__{bound}": kind(column, lookup_expr=bound, label=f"{name} {words} this.")
        for name, column in columns.items()
        for bound, words in BOUNDS.items()
    }


class FedFilterSet(filters.FilterSet):
    """What rows that a feed brings can all be filtered by."""

    search = SearchFilter(
        method="by_words",
        label="Each word of it begins a number, a reference or a word of a name; capitals and padding zeros or not.",
    )
    createdSince = MomentFilter("created_at", lookup_expr="gte", label="Created then or later.")
    updatedSince = MomentFilter("updated_at", lookup_expr="gte", label="Last changed then or later.")
    uploadId = filters.UUIDFilter("last_upload_id", label="The upload that last changed the row.")
    hasWarning = TruthFilter("by_warning", label="Whether an upload of the row as it is stored is warned of.")

    odd = Q()  # what rows are warned of
    words: Func  # what is searched

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        # Every filter is copied and becomes a field of a form; a request asks for few of them.
        self.base_filters = OrderedDict(
            (name, asked) for name, asked in self.base_filters.items() if data is None or name in data
        )
        super().__init__(data, *args, **kwargs)

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(found_in(self.words, value))

    def by_warning(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(self.odd) if value == "true" else rows.exclude(self.odd)

    def by_numbers(self, rows: QuerySet[Any], name: str, numbers: list[str]) -> QuerySet[Any]:
        return rows.filter(customer_number_key__in=map(number_key, numbers))


class CustomerFilterSet(FedFilterSet):
    customerno = filters.CharFilter(method="by_number", label="Customer number, padded with zeros or not.")
    customerno__in = TextInFilter(method="by_numbers", label="Any of several customer numbers, separated by commas.")

    odd = ~Q(extra={})
    words = WORDS

    class Meta:
        model = Customer
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> Any:
        return super().get_filters() | texts({"cocode": "company_code", "emailaddress1": "email_address"})

    def by_number(self, queryset: CustomerQuerySet, name: str, value: str) -> QuerySet[Customer]:
        return queryset.numbered(value)
