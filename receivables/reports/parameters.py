"""The query parameters of reports."""

import re
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from config.api.filters import in_utc
from config.api.pagination import DamagedCursor, decoded_cursor
from receivables.models import today
from receivables.reports.aging import CUSTOMER
from receivables.reports.moments import NOW


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
SHORTEST_CURSOR = 1 + min(map(len, ORDERS.values()))
MAX_BUCKETS = 20
MAX_DAYS = 36_500


@extend_schema_field({"type": "string", "pattern": "^[0-9]{1,5}(,[0-9]{1,5})*$"})
class DaysField(serializers.Field[tuple[int, ...], str, str, Any]):
    """`30,60,90`: numbers of days, each the last of a bucket."""

    default_error_messages = {
        "invalid": f"buckets are whole numbers of days from 1 to {MAX_DAYS}, ascending, separated by commas, at most "
        f"{MAX_BUCKETS} of them, as in 30,60,90.",
    }

    def to_internal_value(self, data: str) -> tuple[int, ...]:
        if not re.fullmatch("[0-9]{1,5}(,[0-9]{1,5})*", data):
            self.fail("invalid")
        days = tuple(int(number) for number in data.split(","))
        is_ascending = list(days) == sorted(set(days))
        if not is_ascending or days[0] < 1 or days[-1] > MAX_DAYS or len(days) > MAX_BUCKETS:
            self.fail("invalid")
        return days

    def to_representation(self, value: Sequence[int]) -> str:
        return ",".join(map(str, value))


class PageSizeField(serializers.IntegerField):
    """As in lists; int() would accept blanks, signs and digits of other scripts, too."""

    default_error_messages = dict.fromkeys(
        ["invalid", "min_value", "max_value"], "pageSize is a whole number from 1 to 1000."
    )

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch("[0-9]{1,4}", data):
            self.fail("invalid")
        return super().to_internal_value(data)


_HAS_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
LOAD = "load:"  # before the id of an upload or of a full load
DAMAGED = "The cursor is damaged. Take it from `next`, or leave it out to start anew."
OTHER_GROUPING = "The cursor belongs to a report that is grouped otherwise. Keep its groupBy, or leave the cursor out."


@extend_schema_field({"type": "string"})
class CursorField(serializers.Field[list[str], str, str, Any]):
    """The last row of a page: what the report is grouped by, and the values that its rows are ordered by."""

    default_error_messages = {"invalid_cursor": DAMAGED}

    def to_internal_value(self, data: str) -> list[str]:
        try:
            position = decoded_cursor(data, list[str])
        except DamagedCursor:
            self.fail("invalid_cursor")
        if len(position) < SHORTEST_CURSOR or "\0" in "".join(position[1:]):
            self.fail("invalid_cursor")
        return position


class MomentField(serializers.Field[Any, str, str, Any]):
    """A moment, or `load:` and the id of an upload or of a full load; where they are allowed, also a day, or `now`.

    Gives a datetime in UTC, a UUID, a date or NOW.
    """

    default_error_messages = {
        "invalid": "{given} is no moment. Write {forms}; in an address the + of an offset is %2B.",
    }

    def __init__(self, *, allows_days: bool = False, allows_now: bool = False, **options: Any):
        super().__init__(**options)
        self.allows_days, self.allows_now = allows_days, allows_now

    def to_internal_value(self, data: str) -> Any:
        if data == NOW and self.allows_now:
            return NOW
        try:
            return self._read(data)
        except ValueError:
            others = "a day as 2026-01-31, " * self.allows_days + "now, " * self.allows_now
            self.fail("invalid", given=repr(data[:40]), forms=f"{others}2026-01-31T18:00:00Z, or load: and an id")

    def _read(self, text: str) -> Any:
        if text.startswith(LOAD):
            return UUID(text.removeprefix(LOAD))
        if self.allows_days and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        moment = parse_datetime(text) if _HAS_TIME.match(text) else None
        if moment is None:
            raise ValueError(text)
        return in_utc(moment.replace(tzinfo=moment.tzinfo or UTC))


def _day(name: str, otherwise: str, **options: Any) -> serializers.DateField:
    message = f"{name} is a day written as 2026-01-31. Leave it out {otherwise}."
    return serializers.DateField(input_formats=["%Y-%m-%d"], error_messages={"invalid": message}, **options)


def _as_of(help_text: str) -> serializers.DateField:
    return _day("asOf", "for today", source="as_of", default=today, help_text=help_text)


class AgesParametersSerializer(serializers.Serializer[Any]):
    """The query parameters of every report of ages."""

    parameter_examples: dict[str, Any] = {"asOf": "2026-03-31", "buckets": "30,60,90", "from": "2026-03-01"}

    asOf = _as_of("The day that ages are counted to; today (UTC) where it is left out.")
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
        if "cursor" not in attrs:
            return attrs
        group_by, *values = attrs["cursor"]
        if group_by != attrs["group_by"]:
            raise ValidationError({"cursor": [OTHER_GROUPING]}, code="invalid_cursor")
        if len(values) != len(ORDERS[group_by]):
            raise ValidationError({"cursor": [DAMAGED]}, code="invalid_cursor")
        return attrs


class StatementParametersSerializer(AgesParametersSerializer):
    """The query parameters of a statement of account."""

    asOf = _as_of("The last day of the statement, which ages are counted to; today (UTC) where it is left out.")

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
        if "from_date" in attrs and attrs["from_date"] > attrs["as_of"]:
            message = f"from lies after asOf, {attrs['as_of']}. Give an earlier from, or a later asOf."
            raise ValidationError({"from": [message]}, code="from_after_as_of")
        return attrs
