"""How the query parameters of reports are read."""

import re
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.filters import in_utc
from config.api.pagination import DamagedCursor, decoded_cursor
from receivables.reports.moments import NOW

MAX_BUCKETS = 20
MAX_DAYS = 36_500
SHORTEST_CURSOR = 3  # what a report is grouped by, and two values or more
DAMAGED = "The cursor is damaged. Take it from `next`, or leave it out to start anew."
LOAD = "load:"  # before the id of an upload or of a full load
_HAS_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


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


@extend_schema_field({"type": "string"})
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
