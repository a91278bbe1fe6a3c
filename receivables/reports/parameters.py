"""The query parameters of reports."""

from typing import Any

from django.db.models import TextChoices
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from receivables.reports.aging import CUSTOMER
from receivables.reports.fields import DAMAGED, CursorField, DaysField, MomentField, PageSizeField
from receivables.reports.moments import known_at


class Grouping(TextChoices):
    CUSTOMER = "customer", "a customer: company code and number"
    CUSTOMER_NUMBER = "customerNumber", "a customer number, the customers of all company codes added up"
    COMPANY_CODE = "companyCode", "a company code"
    CURRENCY = "currency", "a currency"
    NONE = "none", "all that is open in a currency, under no group"


class DateBasis(TextChoices):
    DUE_DATE = "dueDate", "days overdue"
    INVOICE_DATE = "invoiceDate", "days since the invoice"


# What rows are ordered by. Amounts of different currencies are never added: a report that is not grouped has a row for
# each currency, too.
ORDERS: dict[str, tuple[str, ...]] = {
    Grouping.CUSTOMER: (CUSTOMER, "company_code", "currency"),
    Grouping.CUSTOMER_NUMBER: (CUSTOMER, "currency"),
    Grouping.COMPANY_CODE: ("company_code", "currency"),
    Grouping.CURRENCY: ("currency", "currency"),
    Grouping.NONE: ("currency", "currency"),
}
DATE_COLUMNS: dict[str, str] = {DateBasis.DUE_DATE: "due_date", DateBasis.INVOICE_DATE: "invoice_date"}
OTHER_GROUPING = "The cursor belongs to a report that is grouped otherwise. Keep its groupBy, or leave the cursor out."


def _day(name: str, otherwise: str, **options: Any) -> serializers.DateField:
    message = f"{name} is a day written as 2026-01-31. Leave it out {otherwise}."
    return serializers.DateField(input_formats=["%Y-%m-%d"], error_messages={"invalid": message}, **options)


def _as_of(help_text: str) -> serializers.DateField:
    return _day("asOf", "for today", source="as_of", required=False, help_text=help_text)


class KnownAtSerializer(serializers.Serializer[Any]):
    """The query parameter of all that can be answered as it was; the `account` in the context is that of an id.

    Adds `as_of`, a day, and `known`: what was known then, or None for what is known now.
    """

    parameter_examples: dict[str, Any] = {"knownAt": "load:0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f"}

    knownAt = MomentField(
        source="known_at",
        allows_now=True,
        required=False,
        help_text="The answer is made of what was known then: at a moment, right after an upload or a full load "
        "(`load:` and its id), or `now`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises Unprocessable for a moment that cannot be answered."""
        as_of, known = known_at(self.context["account"], attrs.get("known_at"), attrs.get("as_of"))
        return attrs | {"as_of": as_of, "known": known}


class AgesParametersSerializer(KnownAtSerializer):
    """The query parameters of every report of ages."""

    parameter_examples: dict[str, Any] = KnownAtSerializer.parameter_examples | {
        "asOf": "2026-03-31",
        "buckets": "30,60,90",
        "from": "2026-03-01",
    }

    asOf = _as_of(
        "The day that ages are counted to; where it is left out, today (UTC) or the day of `knownAt`. A day before "
        "today is answered as it was known at its end, unless `knownAt` says otherwise."
    )
    buckets = DaysField(
        source="days",
        default=(30, 60, 90, 120),
        help_text="The last day of each bucket, ascending: `30,60,90` gives 1-30, 31-60, 61-90 and over 90.",
    )
    dateBasis = serializers.ChoiceField(
        source="date_basis",
        choices=DateBasis.choices,
        default=DateBasis.DUE_DATE,
        error_messages={"invalid_choice": f"dateBasis is one of {', '.join(DateBasis.values)}."},
        help_text="The date that ages are counted from.",
    )


class AgingParametersSerializer(AgesParametersSerializer):
    """The query parameters of the aging report."""

    parameter_examples = {
        **AgesParametersSerializer.parameter_examples,
        "customerNumber": "23123123",
        "companyCode": "XY22",
        "currency": "USD",
    }

    groupBy = serializers.ChoiceField(
        source="group_by",
        choices=Grouping.choices,
        default=Grouping.CUSTOMER,
        error_messages={"invalid_choice": f"groupBy is one of {', '.join(Grouping.values)}."},
        help_text="What has a row of its own, for each of its currencies.",
    )
    customerNumber = serializers.CharField(required=False, help_text="Customer number, padded with zeros or not.")
    companyCode = serializers.CharField(source="company_code", required=False, help_text="Company code of the items.")
    currency = serializers.CharField(required=False, help_text="Currency, as it was sent.")
    cursor = CursorField(required=False, help_text="Where the page starts, as `next` names it.")
    pageSize = PageSizeField(source="page_size", default=100, min_value=1, max_value=1000, help_text="Rows on a page.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A position among customers is none among company codes: rows would be left out, or come twice."""
        group_by, *values = attrs.get("cursor", [attrs["group_by"], *ORDERS[attrs["group_by"]]])
        if group_by != attrs["group_by"]:
            raise ValidationError({"cursor": [OTHER_GROUPING]}, code="invalid_cursor")
        if len(values) != len(ORDERS[group_by]):
            raise ValidationError({"cursor": [DAMAGED]}, code="invalid_cursor")
        return super().validate(attrs)


class StatementParametersSerializer(AgesParametersSerializer):
    """The query parameters of a statement of account."""

    asOf = _as_of(
        "The last day of the statement, which ages are counted to; where it is left out, today (UTC) or the day of "
        "`knownAt`. A day before today is answered as it was known at its end, unless `knownAt` says otherwise."
    )

    def get_fields(self) -> Any:
        """Add `from`, which no attribute can be called."""
        first_day = _day(
            "from",
            "to have all items listed",
            source="from_date",
            required=False,
            help_text="The first day of the statement: items dated before it are summed up in its opening balance.",
        )
        return super().get_fields() | {"from": first_day}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _refuse_reversed(attrs)
        resolved = super().validate(attrs)
        _refuse_reversed(resolved)
        return resolved


def _refuse_reversed(attrs: dict[str, Any]) -> None:
    if "from_date" in attrs and "as_of" in attrs and attrs["from_date"] > attrs["as_of"]:
        message = f"from lies after asOf, {attrs['as_of']}. Give an earlier from, or a later asOf."
        raise ValidationError({"from": [message]}, code="from_after_as_of")
