"""The parts of a full load: which have come, which have not, and how many items they have together."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from config.database.base import execute_under, lock_shared, try_lock
from receivables.uploads.loads import messages
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.presence import MOST_IDENTITIES
from receivables.uploads.loads.terms import CommitTerms
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.models import Form, FullLoad, Kind, Outcome, SeenItems, State, Upload

MOST_NAMED = 10  # parts in a message

# How many ids the arrays have is not known to the planner: it would look up each item by itself.
_ROWS_BY_CODE = (
    "SELECT company_code, count(*) FROM receivables_invoice WHERE account_id = %(account)s AND id IN"
    " (SELECT unnest(item_ids) FROM uploads_seenitems WHERE account_id = %(account)s AND load_id = %(load)s) GROUP BY 1"
)


class Parts:
    """The uploads of a load, as they are now; those that were only tried do not count."""

    def __init__(self, load: FullLoad):
        self.load = load
        of_load = Upload.objects.of_account(load.account).filter(load_id=load.pk, kind=Kind.ROWS, is_dry_run=False)
        columns = ("pk", "part", "state", "outcome", "unreadable_count", "invalid_count")
        self.uploads = list(of_load.order_by("created_at", "merged_at").values_list(*columns, named=True))
        self.latest = {upload.part: upload for upload in self.uploads if upload.part is not None}

    @property
    def numbers(self) -> list[int]:
        """The numbers of the parts that were taken; what was sent last under a number counts."""
        return sorted(number for number, upload in self.latest.items() if _was_stored(upload))

    @property
    def ids(self) -> list[Any]:
        return [upload.pk for upload in self.uploads if _was_stored(upload)]

    @property
    def unreadable_count(self) -> int:
        """How many rows of which no number can be read are in what stands; not those of a part that came again."""
        return sum(upload.unreadable_count for upload in self._valid)

    @property
    def knows_refused_rows(self) -> bool:
        """Whether no upload of what stands has more refused rows than are looked up: they may name any item."""
        return all(upload.invalid_count <= MOST_IDENTITIES for upload in self._valid)

    @property
    def _valid(self) -> list[Any]:
        """What stands: what was stored, and of parts that came again the last one."""
        return [each for each in self.uploads if _was_stored(each) and self.latest.get(each.part, each) is each]

    @property
    def waiting_count(self) -> int:
        return sum(upload.state != State.FINISHED for upload in self.uploads)

    @property
    def refused_numbers(self) -> list[int]:
        """The numbers of parts that were refused and not taken since."""
        return sorted(number for number, upload in self.latest.items() if upload.outcome == Outcome.REFUSED)

    @property
    def refused_without_number(self) -> list[Any]:
        return [upload.pk for upload in self.uploads if upload.part is None and upload.outcome == Outcome.REFUSED]

    def check(self, terms: CommitTerms) -> None:
        """Raise LoadRefused where not all of the load is known to be in."""
        if waiting := self.waiting_count:
            raise LoadRefused(messages.PARTS_WAITING.rendered(count=GroupedNumber(waiting)))
        if self.load.form == Form.AUTOMATIC:
            return
        if is_held(self.load.pk):
            raise LoadRefused(messages.PART_UNDER_WAY.rendered())
        if refused := self.refused_numbers:
            raise LoadRefused(messages.PARTS_REFUSED.rendered(parts=_listed(refused)))
        if (unnumbered := self.refused_without_number) and terms.expected_rows is None:
            raise LoadRefused(messages.PART_WITHOUT_NUMBER_REFUSED.rendered(id=unnumbered[-1]))
        if terms.parts is not None:
            self._check_numbers(terms.parts)

    def _check_numbers(self, expected: int) -> None:
        """Raise LoadRefused unless so many different numbers were taken."""
        if any(upload.part is None and _was_stored(upload) for upload in self.uploads):
            raise LoadRefused(messages.PARTS_WITHOUT_NUMBERS.rendered(expected=GroupedNumber(expected)))
        stored = self.numbers
        if len(stored) == expected:
            return
        missing = sorted(set(range(1, min(expected, max(stored, default=0) + MOST_NAMED) + 1)) - set(stored))
        if missing and len(stored) < expected:
            raise LoadRefused(
                messages.PARTS_MISSING.rendered(
                    taken=GroupedNumber(len(stored)), expected=GroupedNumber(expected), parts=_listed(missing)
                )
            )
        values = {"taken": GroupedNumber(len(stored)), "expected": GroupedNumber(expected)}
        raise LoadRefused(messages.UNEXPECTED_PARTS.rendered(**values))


def hold(load: FullLoad) -> None:
    """Keep a load from being ended until the transaction ends, whose upload is a part of it."""
    lock_shared(_lock_name(load.pk))


def is_held(load_id: UUID) -> bool:
    """Whether a part of the load is under way; if none is, the load is this transaction's to end."""
    return not try_lock(_lock_name(load_id))


def _lock_name(load_id: UUID) -> str:
    return f"load:{load_id}"


def _was_stored(upload: Any) -> bool:
    return upload.outcome in (Outcome.ACCEPTED, Outcome.PARTIAL)


def _listed(numbers: Iterable[int]) -> str:
    first, more = list(numbers)[:MOST_NAMED], list(numbers)[MOST_NAMED:]
    return ", ".join(map(str, first)) + (", …" if more else "")


def rows_by_code(cursor: Any, load: FullLoad) -> dict[str, int]:
    """Return how many distinct items the parts of a load have, by company code."""
    parameters = {"account": load.account_id, "load": load.pk}
    execute_under(cursor, "enable_nestloop = off", _ROWS_BY_CODE, parameters)
    rows = dict(cursor.fetchall())
    cursor.execute("SET LOCAL enable_nestloop = on")
    return rows


def came_since(load: FullLoad, known: datetime) -> bool:
    """Whether a part merged after a moment."""
    seen = SeenItems.objects.filter(account=load.account_id, seen_at__gt=known, load_id=load.pk)
    return bool(seen.exists())


def check_rows(load: FullLoad, terms: CommitTerms, rows: dict[str, int]) -> None:
    """Raise LoadRefused unless the parts have as many distinct items as their sender says, and one of the load's
    company codes at least, or none by the sender's leave.
    """
    found = sum(rows.values())
    if terms.expected_rows not in (None, found):
        expected = GroupedNumber(terms.expected_rows or 0)
        raise LoadRefused(messages.UNEXPECTED_ITEMS.rendered(expected=expected, found=GroupedNumber(found)))
    if not terms.allow_empty and rows.keys().isdisjoint(load.company_codes):
        raise LoadRefused(messages.EMPTY_PARTS.rendered(), 422)
