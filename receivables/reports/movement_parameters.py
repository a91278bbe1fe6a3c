"""The query parameters of reports of movements, and the two moments that they name."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from config.api.pagination import DamagedCursor, decoded_cursor
from customers.imported.numbers import number_key
from receivables.models import today
from receivables.reports import moments
from receivables.reports.fields import DAMAGED, MomentField, PageSizeField
from receivables.reports.moments import Known, LastUpload, moment_text
from receivables.reports.movement_rows import Kind, MovementQuerySet

LARGEST_ID = 2**63 - 1


class End(NamedTuple):
    """A moment that movements are counted from or to, and the last upload of invoices until then, if there was any."""

    moment: datetime
    last_upload: LastUpload | None

    def members(self) -> dict[str, Any]:
        last = self.last_upload and self.last_upload.as_json()
        return {"knownAt": moment_text(self.moment), "lastUpload": last}


@extend_schema_field({"type": "string"})
class PositionField(serializers.Field[tuple[int, str], str, str, Any]):
    """The last row of a page: the id of its item, and its currency."""

    default_error_messages = {"invalid_cursor": DAMAGED}

    def to_internal_value(self, data: str) -> tuple[int, str]:
        try:
            pk, currency = decoded_cursor(data, tuple[int, str])
        except DamagedCursor:
            self.fail("invalid_cursor")
        if not 0 <= pk <= LARGEST_ID or "\0" in currency:
            self.fail("invalid_cursor")
        return pk, currency


class ItemsParametersSerializer(serializers.Serializer[Any]):
    """Which of the items that moved, and how many on a page."""

    parameter_examples: dict[str, Any] = {
        "customerNumber": "23123123",
        "companyCode": "XY22",
        "currency": "USD",
        "since": "2026-03-01",
        "until": "2026-03-31",
    }

    customerNumber = serializers.CharField(
        source="customer_number", required=False, help_text="Customer number, padded with zeros or not."
    )
    companyCode = serializers.CharField(source="company_code", required=False, help_text="Company code of the items.")
    currency = serializers.CharField(
        required=False, help_text="Currency that is moved, as it was sent: of an item whose currency changed, either."
    )
    kind = serializers.ChoiceField(
        choices=Kind.choices,
        required=False,
        error_messages={"invalid_choice": f"kind is one of {', '.join(Kind.values)}."},
        help_text="How the items moved.",
    )
    cursor = PositionField(required=False, help_text="Where the page starts, as `next` names it.")
    pageSize = PageSizeField(source="page_size", default=100, min_value=1, max_value=1000, help_text="Rows on a page.")


class MovementParametersSerializer(ItemsParametersSerializer):
    since = MomentField(
        allows_days=True,
        error_messages={"required": "since is missing. Give a day as 2026-01-31, a moment, or load: and an id."},
        help_text="From when on: a day (from its beginning, UTC), a moment, or `load:ID`, right after that upload or "
        "full load.",
    )
    until = MomentField(
        allows_days=True,
        allows_now=True,
        required=False,
        help_text="Until when: a day (to its end, UTC), a moment, `load:ID`, or `now` (the last upload), as where it "
        "is left out.",
    )


def narrowed(rows: MovementQuerySet, params: dict[str, Any]) -> MovementQuerySet:
    """Return the movements that the parameters leave."""
    if "customer_number" in params:
        rows = rows.filter(customer_number_key=number_key(params["customer_number"]))
    return rows.filter(**{name: params[name] for name in ("company_code", "currency", "kind") if name in params})


def between(account_id: int, since: Any, until: Any) -> tuple[End, End]:
    """Return both ends of what is named by days, moments or ids of uploads and full loads; `until` may be None or NOW.
    Raises Unprocessable where one cannot be answered, and ValidationError where `since` is the later one.
    """
    begins = _end(account_id, _day_before(since) if _is_day(since) else since, "since")
    newest = moments.latest(account_id)
    if newest is None or until in (None, moments.NOW, today()):
        return begins, End(newest.moment, newest.last_upload) if newest and newest.moment > begins.moment else begins
    ends = _end(account_id, moments.end_of_day(until) if _is_day(until) else until, "until")
    if ends.moment < begins.moment:
        message = "since lies after until. Give an earlier since, or a later until."
        raise ValidationError({"since": [message]}, code="since_after_until")
    return begins, ends


def _end(account_id: int, named: datetime | UUID, field: str) -> End:
    known: Known = moments.answerable(account_id, moments.moment_named(account_id, named, field), field)
    return End(known.moment, known.last_upload)


def _is_day(named: Any) -> bool:
    return isinstance(named, date) and not isinstance(named, datetime)


def _day_before(day: date) -> datetime:
    """Return the end of the day before; the calendar begins with the year 1."""
    return moments.end_of_day(day - timedelta(days=day > date.min))
