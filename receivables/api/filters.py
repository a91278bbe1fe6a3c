from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from config.api.filters import MomentFilter, TextInFilter, TrueFalseFilter, ranges, texts
from customers.imported.api import ImportedFilterSet
from receivables.models import WORDS, Invoice, InvoiceQuerySet, overdue

MOST_DAYS = 100_000
LARGEST = 10**50
MOST_PLACES = 10  # more than any amount has
PLACES_OF_A_FLOAT = 400  # no fewer than the smallest one has
MOST_DIGITS = 51 + MOST_PLACES  # as many as the largest has, and its decimal places
TEXTS = {
    "companyCode": "company_code",
    "invoiceNumber": "invoice_number",
    "accountingDocNumber": "accounting_doc_number",
    "fiscalYear": "fiscal_year",
    "lineItem": "line_item",
    "currency": "currency",
    "documentType": "document_type",
    "status": "status",
}
DAYS = {"postDate": "posting_date", "invoiceDate": "invoice_date", "issueDate": "issue_date", "dueDate": "due_date"}
AMOUNTS = {
    "invoiceAmount": "invoice_amount",
    "localAmount": "local_amount",
    "balanceAmount": "balance_amount",
    "openAmount": "open_amount",
}

EXAMPLES = {
    "customerNumber": ("23123123", "23123124"),
    "companyCode": ("XY22", "XY23"),
    "invoiceNumber": ("21321", "21322"),
    "accountingDocNumber": ("1800000001", "1800000002"),
    "fiscalYear": ("2026", "2022"),
    "lineItem": ("001", "002"),
    "currency": ("USD", "US2"),
    "documentType": ("RV", "R2"),
    "status": ("open", "ope2"),
    "postDate": "2026-01-31",
    "invoiceDate": "2026-01-30",
    "issueDate": "2026-01-29",
    "dueDate": "2026-03-02",
    "invoiceAmount": 12112,
    "localAmount": 12112,
    "balanceAmount": 1200.5,
    "openAmount": 1200.5,
    "overdueDaysMin": 30,
    "overdueDaysMax": 60,
}


class OverdueDaysFilter(filters.NumberFilter):
    """Overdue items, by a whole number of days; `lookup` compares the due date."""

    def __init__(self, lookup: str, label: str):
        super().__init__(
            "due_date", lookup_expr=lookup, label=label, min_value=1, max_value=MOST_DAYS, decimal_places=0
        )
        schema = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "description": label}
        extend_schema_field(schema)(cast("Any", self))

    def filter(self, rows: Any, days: Any) -> QuerySet[Invoice]:
        if days is None:
            return rows
        return super().filter(rows.overdue(rows.today), rows.today - timedelta(days=int(days)))


class AmountField(forms.DecimalField):
    """A number without the decimal places that no amount has, rounded so that the same amounts are found."""

    def __init__(self, *, rounding: str, **options: Any):
        super().__init__(**options)
        self.exact = Context(prec=2 * MOST_DIGITS, rounding=rounding)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number is None or not number.is_finite() or not -LARGEST <= number <= LARGEST:
            return number
        if int(number.as_tuple().exponent) < -PLACES_OF_A_FLOAT:
            return number  # has too many digits
        return number.quantize(Decimal(1).scaleb(-MOST_PLACES), context=self.exact)


class AmountFilter(filters.NumberFilter):
    """An amount to compare with, up to a bound that the document names; PostgreSQL reads no thousands of digits."""

    field_class = AmountField

    def __init__(self, column: str, *, label: str, lookup_expr: str):
        rounding = ROUND_CEILING if lookup_expr == "gte" else ROUND_FLOOR
        super().__init__(
            column,
            lookup_expr=lookup_expr,
            label=label,
            rounding=rounding,
            min_value=-LARGEST,
            max_digits=MOST_DIGITS,
        )
        bounds = {"minimum": -LARGEST, "maximum": LARGEST}
        extend_schema_field({"type": "number", **bounds, "description": label})(cast("Any", self))

    def get_max_validator(self) -> MaxValueValidator:
        return MaxValueValidator(LARGEST)


class InvoiceFilterSet(ImportedFilterSet):
    customerNumber = filters.CharFilter(method="by_number", label="Customer number, padded with zeros or not.")
    customerNumber__in = TextInFilter(
        method="by_numbers", label="Any of several customer numbers, separated by commas."
    )
    open = TrueFalseFilter("by_open", label="Whether anything is still open, or it is not known what.")
    closed = TrueFalseFilter("by_closed", label="Whether it is closed without a word of its feed.")
    closedSince = MomentFilter("closed_at", lookup_expr="gte", label="Closed so then or later, and not open again.")
    overdue = TrueFalseFilter("by_overdue", label="Whether it is owed to the account, open and due before today (UTC).")
    overdueDaysMin = OverdueDaysFilter("lte", "Overdue for so many days.")
    overdueDaysMax = OverdueDaysFilter("gte", "Overdue, for no longer.")

    parameter_examples = ImportedFilterSet.parameter_examples | EXAMPLES

    # An unknown field, or a balance that is no amount.
    warned_of = ~Q(extra={}) | (~Q(balance_text="") & Q(balance_amount=None))
    words = WORDS

    class Meta:
        model = Invoice
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> Any:
        days, amounts = ranges(filters.DateFilter, DAYS), ranges(AmountFilter, AMOUNTS)
        return super().get_filters() | texts(TEXTS) | days | amounts

    def by_open(self, queryset: InvoiceQuerySet, name: str, value: str) -> QuerySet[Invoice]:
        return queryset.open() if value == "true" else queryset.settled()

    def by_closed(self, queryset: InvoiceQuerySet, name: str, value: str) -> QuerySet[Invoice]:
        return queryset.filter(closed_at__isnull=value == "false")

    def by_overdue(self, queryset: InvoiceQuerySet, name: str, value: str) -> QuerySet[Invoice]:
        day = queryset.today
        return queryset.overdue(day) if value == "true" else queryset.exclude(overdue(day))
