"""Filters of lists, under the names of the wire. What a list cannot be filtered by is refused before it comes here."""

from typing import Any

from django.db.models import Q
from django_filters import rest_framework as filters

from config.api.filters import TextInFilter, texts
from customers.imported.filters import ImportedFilterSet
from customers.models import WORDS, Customer


class CustomerFilterSet(ImportedFilterSet):
    customerno = filters.CharFilter(method="by_number", label="Customer number, padded with zeros or not.")
    customerno__in = TextInFilter(method="by_numbers", label="Any of several customer numbers, separated by commas.")

    parameter_examples = {
        "cocode": ("XY22", "XY23"),
        "customerno": ("231231201", "231231202"),
        "emailaddress1": ("john.doe@example.com", "john.doe@example.co2"),
        **ImportedFilterSet.parameter_examples,
    }

    warned_of = ~Q(extra={})
    words = WORDS

    class Meta:
        model = Customer
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> Any:
        return super().get_filters() | texts({"cocode": "company_code", "emailaddress1": "email_address"})
