"""What becomes of each row that uploads touched if they are taken back, and what it adds up to.

A row goes back, unless a later upload that counts changed it, or a later full load contained it. What it goes back to
stands in the history: as nothing came since that counts, it is now what the upload made of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from config.database.base import execute_under
from receivables.uploads.resources import Resource
from receivables.uploads.storing.positions import Positions, by_group, totals
from receivables.uploads.undoing.fate_sql import fates_sql
from receivables.uploads.undoing.targets import ENDED, Target

# Of rows, and of what a full load closed or opened again; `repeated` has neither.
COUNTS = ("reverted", "withdrawn", "kept", "reopened", "reclosed", "keptClosings", "repeated")

_GROUPS = """
SELECT reason, is_created, is_changed, closes, reopens, company_code, currency, currency_after, count(*),
    sum(invoice_amount), sum(open_before), sum(open_after), sum(abs(open_before)), sum(abs(open_after)),
    sum(abs(open_after - open_before)), (
        SELECT encode(sha256(convert_to(string_agg(concat_ws(' ', row_id, coalesce(reason, '-'), upload_id, is_created,
            closes, currency_after, open_after), ';' ORDER BY row_id), 'UTF8')), 'hex') FROM fates)
FROM fates GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_SKIP = """
SELECT %(account)s, %(undo)s, row_id, reason, upload_id FROM fates WHERE reason IS NOT NULL
"""
NOTHING = sha256(b"").hexdigest()


class Group(NamedTuple):
    """Rows of one fate, company code and currency, and sums of what is open in them; magnitudes are without signs."""

    reason: str | None  # why they stay as they are
    is_created: bool
    is_changed: bool
    closes: bool
    reopens: bool
    company_code: str
    currency: str
    currency_after: str
    rows: int
    invoice_amount: Decimal
    open_before: Decimal
    open_after: Decimal
    magnitude_before: Decimal
    magnitude_after: Decimal
    magnitude_moved: Decimal
    digest: str


@dataclass(frozen=True)
class Fates:
    """What would become of all rows of a target, were it taken back now."""

    target: Target
    groups: list[Group]

    @property
    def digest(self) -> str:
        """SHA-256 of what would become of each row: another one where anything of it changes."""
        return self.groups[0].digest if self.groups else NOTHING

    @property
    def going(self) -> list[Group]:
        """What goes back."""
        return [group for group in self.groups if group.reason is None]

    @property
    def skips(self) -> bool:
        """Whether any row stays as it is."""
        return len(self.going) < len(self.groups)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the receipt, by their names there.

        What was created goes, where the rows go: it is withdrawn. What is taken back with an undo, comes again.
        """
        restores = self.target.restores
        counts = dict.fromkeys(COUNTS, 0)
        for group in self.groups:
            moves = group.closes or group.reopens
            if group.is_created or group.is_changed:
                withdraws = group.is_created and not restores
                counts["kept" if group.reason else "withdrawn" if withdraws else "reverted"] += group.rows
            if moves:
                back = "reopened" if group.closes is not restores else "reclosed"
                counts["keptClosings" if group.reason else back] += group.rows
        return counts | {"repeated": self._repeated(counts)}

    def _repeated(self, counts: dict[str, int]) -> int:
        """How often uploads of a full load in parts touched a row that one of them had touched before."""
        rows = counts["reverted"] + counts["withdrawn"] + counts["kept"]
        if self.target.undos:
            return 0
        return sum(upload.created_count + upload.updated_count for upload in self.target.rows) - rows

    @property
    def before(self) -> Positions:
        """What is open in the items that go back."""
        return self._positions((group.currency, group.open_before, group) for group in self.going)

    @property
    def after(self) -> Positions:
        return self._positions((group.currency_after, group.open_after, group) for group in self.going)

    @property
    def totals(self) -> list[dict[str, Any]]:
        """The totals of the receipt: of the items that go back."""
        return totals(self.before, self.after, self.target.account.amount_decimal_places)

    def _positions(self, found: Iterable[tuple[str, Decimal, Group]]) -> Positions:
        if self.target.resource != Resource.INVOICES:
            return Positions()
        return by_group(
            (group.company_code, currency, group.rows, group.invoice_amount, amount)
            for currency, amount, group in found
        )


def foresee(cursor: Any, target: Target) -> Fates:
    """Return what would become of the rows of a target now."""
    execute_under(cursor, "enable_nestloop = off", _fates_sql(target) + _GROUPS, parameters(target))
    groups = [Group(*found) for found in cursor.fetchall()]
    cursor.execute("SET LOCAL enable_nestloop = on")
    return Fates(target, groups)


def skip(cursor: Any, target: Target, undo: UUID) -> None:
    """Note the rows that stay as they are, each with its reason. The lock must be held."""
    into = "INSERT INTO uploads_skippedrow (account_id, undo_id, row_id, reason, upload_id) "
    query = into + _fates_sql(target) + _SKIP
    execute_under(cursor, "enable_nestloop = off", query, parameters(target) | {"undo": undo})
    cursor.execute("SET LOCAL enable_nestloop = on")


def parameters(target: Target) -> dict[str, Any]:
    """Return what statements about the rows of a target need to know of it."""
    sources = [*target.uploads, *target.restoring]
    began = min(upload.merged_at for upload in target.rows if upload.merged_at)
    return {
        "account": target.account.pk,
        "rows": [upload.pk for upload in target.rows],
        "undos": [undo.pk for undo in target.undos],
        "sources": [upload.pk for upload in sources],
        "restoring": [upload.pk for upload in target.restoring],
        "began": began,
        "moments": [upload.merged_at for upload in target.rows],
        "source_moments": [upload.merged_at for upload in sources],
        "ended": list(ENDED),
    }


def _fates_sql(target: Target) -> str:
    creates = any(upload.created_count for upload in target.rows)
    is_of_one = len(target.uploads) + len(target.restoring) == 1
    return fates_sql(target.resource, is_of_one=is_of_one, restores=target.restores, creates=creates)
