"""Staged rows into their table: match them with what is stored, write what differs, insert what is missing.

Uploads of one account and resource must not meet between the statements: `lock` is taken before `merge`; staging needs
none.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from psycopg import sql

from apiauth.models import Account
from config.database.base import LOCK, execute_under, is_distributed
from config.database.planning import count_rows
from receivables.uploads.storing import match_sql, merge_sql, near_sql
from receivables.uploads.storing.positions import Positions, by_group
from receivables.uploads.storing.staging import Stage


@dataclass(frozen=True)
class Author:
    """Who merges rows: an upload of an account, with its moment. Its rows left the ledger at `as_of`; those with the
    indexes `sent_back` were taken from a list of ours, where their items are closed.
    """

    account: int
    upload: UUID
    moment: datetime
    as_of: datetime
    sent_back: list[int]


# Whether the last upload of the account and resource padded its customer numbers.
IS_PADDING_KNOWN = (
    "SELECT EXISTS (SELECT FROM uploads_paddedfeed WHERE account_id = %(account)s AND resource = %(resource)s)"
)
_TURN = f"""
SELECT greatest(clock_timestamp(), last.moment + interval '1 microsecond'), clock_timestamp() <= last.moment,
({IS_PADDING_KNOWN}), EXISTS (SELECT FROM uploads_fullload WHERE account_id = %(account)s)
FROM (SELECT max(merged_at) AS moment FROM uploads_upload
WHERE account_id = %(account)s AND resource = %(resource)s AND merged_at IS NOT NULL) AS last
"""  # noqa: S608 - our own texts
# On the machine that has the account's rows: where it fails while a transaction commits, the transaction holds the lock
# there until its rows are seen, and the next moment is later than theirs. The sub-select has one row, there.
_LOCK_THERE = f"SELECT {LOCK} FROM (SELECT max(id) FROM uploads_paddedfeed WHERE account_id = %(account)s) AS one"  # noqa: S608


@dataclass(frozen=True)
class NearIdentities:
    """How many created rows have something near, the index of the first, and what is near to that one: a stored row, or
    else another row of the array.
    """

    row_count: int
    first_index: int
    stored_id: int | None
    other_index: int | None


@dataclass(frozen=True)
class Merged:
    """What became of the staged rows, and the positions of their items before and after."""

    created_count: int
    updated_count: int
    before: Positions
    after: Positions
    near: NearIdentities | None = None  # of the rows that were created
    reopened_count: int = 0  # of those that were updated
    left_closed: tuple[int, ...] = ()  # indexes of rows whose items a newer full load closed


NOTHING_MERGED = Merged(0, 0, Positions(), Positions())


class RowsVanished(OperationalError):
    """Stored rows went away while they were merged, by someone who is no upload. To be tried again."""


@dataclass(frozen=True)
class Turn:
    """What an upload learns when its turn to merge has come: its one moment, whether the clock is behind the one before
    because it was set back, and of the uploads before it whether the last one padded its customer numbers, and whether
    any was of a full load.
    """

    moment: datetime
    is_clock_behind: bool | None
    is_padding_known: bool
    has_full_loads: bool


def lock(cursor: Any, account: Account, resource: str) -> Turn:
    """Wait until no other upload of this account and resource merges; held until the transaction ends.

    A statement of its own says what was before: what the first sees is from before the wait. The wait is bounded, or
    the queue of one account would in time hold every thread of the service; on a cluster, that for its rows as well.
    """
    parameters = {"lock": f"upload:{account.pk}:{resource}", "account": account.pk, "resource": resource}
    locks = f"SELECT {LOCK}; {_LOCK_THERE}" if is_distributed() else f"SELECT {LOCK}"
    execute_under(cursor, f"lock_timeout = '{settings.UPLOAD_LOCK_SECONDS}s'", f"{locks}; {_TURN}", parameters)
    while cursor.nextset():
        continue
    return Turn(*cursor.fetchone())


def merge(cursor: Any, stage: Stage, author: Author) -> Merged:
    """Bring the staged rows into the table; the lock must be held. Raises RowsVanished."""
    parameters = asdict(author) | {"seed": author.upload.int % 2**63}
    unchanged, differing, closed_count = _match(cursor, stage, parameters)
    left_closed: tuple[int, ...] = ()
    reopened_count = 0
    if closed_count:
        cursor.execute(match_sql.open_closed_sql(stage.shape), parameters)
        cursor.execute(match_sql.leave_closed_sql(stage.shape), parameters)
        left_closed = tuple(index for (index,) in cursor.fetchall())
        unchanged, differing, reopened_count = _matched(cursor, stage)
    shape = replace(stage.shape, reopens=reopened_count > 0)
    stored_count = unchanged.row_count + differing.row_count
    updated, created, near = Positions(), Positions(), None
    if differing:
        cursor.execute(merge_sql.history_sql(shape), parameters)
        updated = positions(cursor, merge_sql.update_sql(shape, are_many=stage.is_large), parameters)
        if updated.row_count != differing.row_count:
            raise RowsVanished("rows were deleted while an upload updated them")
    if stored_count < stage.row_count:
        near = find_near(cursor, stage, author.account, are_some_stored=stored_count > 0)
        insert = merge_sql.insert_sql(shape, are_some_stored=stored_count > 0, are_many=stage.is_large)
        created = positions(cursor, insert, parameters)
        if stage.is_large:
            count_rows(cursor, stage.table, author.account, stored_count + created.row_count)
    return Merged(
        created.row_count,
        updated.row_count,
        unchanged + differing,
        unchanged + updated + created,
        near,
        reopened_count,
        left_closed,
    )


Matched = tuple[Positions, Positions, int]


def _match(cursor: Any, stage: Stage, parameters: dict[str, Any]) -> Matched:
    """Match staged with stored rows; return the positions of those that stay as they are, and of those that differ,
    and how many of both are closed.
    """
    cursor.execute(match_sql.create_matches_sql(stage.shape))
    if stage.is_large:
        count_rows(cursor, stage.table, parameters["account"])
    cursor.execute(match_sql.match_sql(stage.shape), parameters)
    matched_count = cursor.rowcount
    if not matched_count:
        return Positions(), Positions(), 0
    if stage.is_large:
        cursor.execute(sql.SQL("ANALYZE {} (row_index, id)").format(stage.layout.matches))
        count_rows(cursor, stage.table, parameters["account"], matched_count)
    return _matched(cursor, stage)


def _matched(cursor: Any, stage: Stage) -> Matched:
    cursor.execute(match_sql.matched_positions_sql(stage.shape))
    found = cursor.fetchall()
    kinds = {
        flags: by_group(row[2:] for row in found if row[:2] == flags) for flags in product((False, True), (False, True))
    }
    unchanged, changed = (kinds[differs, False] + kinds[differs, True] for differs in (False, True))
    return unchanged, changed, kinds[False, True].row_count + kinds[True, True].row_count


def find_near(cursor: Any, stage: Stage, account: int, *, are_some_stored: bool) -> NearIdentities | None:
    """Search what is near to the staged rows that are not stored, before they are inserted. The lock must be held."""
    parameters: dict[str, Any] = {"account": account}
    cursor.execute(near_sql.shared_sql(stage.layout, are_some_stored=are_some_stored), parameters)
    *shared, is_any_shared = cursor.fetchone()
    if not is_any_shared:
        return None
    parameters |= {f"k{at}": keys for at, keys in enumerate(shared)}
    cursor.execute(near_sql.near_rows_sql(stage.layout, are_some_stored=are_some_stored), parameters)
    row_count, first_index = cursor.fetchone()
    if not row_count:
        return None
    cursor.execute(near_sql.nearest_sql(stage.layout), parameters | {"row_index": first_index})
    stored_id, other_index = cursor.fetchone()
    return NearIdentities(row_count, first_index, stored_id, None if stored_id else other_index)


def positions(cursor: Any, query: str, parameters: Any) -> Positions:
    cursor.execute(query, parameters)
    return by_group(cursor.fetchall())
