"""The filters of the list of customers, besides those by balance."""

from typing import Any

from django.db.models import Exists, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.admin.filters import LinksFilter
from customers.models import Customer
from receivables.models import Invoice, today

NO_CODE = " "  # which no company code is, for texts are trimmed as they come in


def _without_items(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Look for the items of each customer by itself: NOT EXISTS reads the whole table of invoices."""
    items = Invoice.objects.of_outer_customer()
    return customers.alias(any_item=Subquery(items.values("pk")[:1])).filter(any_item=None)


class ItemsFilter(LinksFilter):
    title, parameter_name = _("open items"), "items"
    options = {
        "open": (
            _("With open items"),
            lambda customers: customers.filter(Exists(Invoice.objects.of_outer_customer().open())),
        ),
        "overdue": (
            _("With overdue items"),
            lambda customers: customers.filter(Exists(Invoice.objects.of_outer_customer().open().overdue(today()))),
        ),
        "none": (_("Without any invoice"), _without_items),
    }


class CompanyCodeFilter(LinksFilter):
    title, parameter_name = _("company code"), "company_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        codes = model_admin.get_queryset(request).order_by("company_code").values_list("company_code", flat=True)
        return [(code or NO_CODE, code or _("None")) for code in codes.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        code = self.value()
        return queryset if code is None else queryset.filter(company_code=code.strip())
