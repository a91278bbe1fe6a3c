from django.db.models import QuerySet
from django_filters import rest_framework as filters

from customers.models import Customer, CustomerQuerySet


class CustomerFilterSet(filters.FilterSet):
    customerno = filters.CharFilter(method="by_number", label="Customer number, padded with zeros or not.")
    cocode = filters.CharFilter("company_code", label="Company code.")

    class Meta:
        model = Customer
        fields: list[str] = []

    def by_number(self, queryset: CustomerQuerySet, name: str, value: str) -> QuerySet[Customer]:
        return queryset.numbered(value)
