"""What a full load lacks: open items of its company codes that it does not have and that nobody brought since.

They are collected on a temporary table. What is not certain is not missing: an item that another upload created,
changed or merely saw after the cut-off, and one that agrees with what can be read of a refused row.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import sql

from config.database.planning import account_of_ids
from receivables.models import Invoice
from receivables.uploads.loads.sparing import spare
from receivables.uploads.models import FullLoad
from receivables.uploads.storing import near_sql
from receivables.uploads.storing.positions import Group, Position, Positions
from receivables.uploads.storing.staging import layout_of

ZERO = Decimal(0)
IDENTITY = Invoice.IDENTITY


@dataclass(frozen=True)
class Tally:
    """Open items of one company code and currency: how many, their sum, and their sum without signs."""

    items: int = 0
    amount: Decimal = ZERO
    magnitude: Decimal = ZERO

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.items + other.items, self.amount + other.amount, self.magnitude + other.magnitude)


Tallies = dict[Group, Tally]
ByCurrency = Mapping[str, Tally]  # of one company code


class NearPair(NamedTuple):
    """A missing item and one that its load created, by their ids, and the company code of the former."""

    missing_id: int
    created_id: int
    company_code: str


# As ranges, which an index finds among all that was ever paid.
_RANGES = ("t.open_amount > 0", "t.open_amount < 0", "t.open_amount IS NULL")
_OPEN = sql.SQL("({})").format(sql.SQL(" OR ".join(_RANGES)))
_TALLY = sql.SQL("count(*), coalesce(sum(open_amount), 0), coalesce(sum(abs(open_amount)), 0)")
_OPEN_BY_GROUP = (
    "SELECT company_code, currency, {tally} FROM receivables_invoice AS t"
    " WHERE account_id = %(account)s AND abs(account_id) > 0 AND {open} GROUP BY 1, 2"
)
_OPEN_WITHOUT_MISSING = (
    "SELECT company_code, currency, {tally} FROM receivables_invoice AS t WHERE account_id = {hidden} AND {open}"
    " AND company_code = ANY(%(codes)s)"
    " AND NOT EXISTS (SELECT FROM (SELECT id FROM missing_items) AS m WHERE m.id = t.id) GROUP BY 1, 2"
)
_MISSING_BY_GROUP = "SELECT company_code, currency, {tally}, sum(invoice_amount) FROM missing_items GROUP BY 1, 2"
_CREATE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS missing_items ON COMMIT DELETE ROWS AS"
    " SELECT id, company_code, currency, invoice_amount, open_amount FROM receivables_invoice WITH NO DATA;"
    " DELETE FROM missing_items"
)
# The ids of what is open and not present come from an index alone; few are left, mostly, whose rows are read.
_COLLECT = (
    "WITH absent AS MATERIALIZED (SELECT id FROM ({open_ids}) AS t"
    " WHERE NOT EXISTS (SELECT FROM ({present}) AS present WHERE present.id = t.id)"
    " AND NOT EXISTS (SELECT FROM (SELECT unnest(item_ids) AS id FROM uploads_seenitems"
    " WHERE account_id = %(account)s AND seen_at > %(cutoff)s) AS seen WHERE seen.id = t.id))"
    " INSERT INTO missing_items SELECT id, company_code, currency, invoice_amount, open_amount"
    " FROM receivables_invoice AS t WHERE account_id = {hidden} AND id = ANY(ARRAY(SELECT id FROM absent))"
    " AND company_code = ANY(%(codes)s) AND updated_at <= %(cutoff)s"
)
_OPEN_IDS = (
    "SELECT id FROM receivables_invoice AS t"
    " WHERE account_id = %(account)s AND abs(account_id) > 0 AND {of_range}{of_codes}"
)
_OF_LOAD = "SELECT unnest(item_ids) AS id FROM uploads_seenitems WHERE account_id = %(account)s AND load_id = %(load)s"
_ON_STAGE = "SELECT id FROM {matches}"
# What came, changed or was settled while the items were collected without the lock.
_SINCE = (
    "DELETE FROM missing_items AS m USING receivables_invoice AS t WHERE t.account_id = {hidden} AND t.id = m.id"
    " AND (t.updated_at > %(cutoff)s OR NOT {open});"
    " DELETE FROM missing_items WHERE id IN (SELECT unnest(item_ids) FROM uploads_seenitems"
    " WHERE account_id = %(account)s AND seen_at > %(known)s)"
)
_NEAR = (
    "WITH f AS MATERIALIZED (SELECT s.id, s.company_code, {own_keys}, {own_parts} FROM {table} AS s"
    " WHERE s.account_id = {hidden} AND s.id = ANY(ARRAY(SELECT id FROM missing_items)))"
    " SELECT f.id, t.id, f.company_code FROM f CROSS JOIN LATERAL {alike} AS t"
    " WHERE {are_near} AND t.updated_at > %(cutoff)s AND t.created_upload_id = ANY(%(uploads)s)"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2"
)


def by_code(tallies: Tallies) -> Mapping[str, ByCurrency]:
    """Return the tallies of each company code; of one that has none, an empty mapping."""
    codes: dict[str, dict[str, Tally]] = defaultdict(dict)
    for (code, currency), tally in tallies.items():
        codes[code][currency] = tally
    return codes


def as_json(tallies: ByCurrency) -> list[dict[str, Any]]:
    """Return tallies as they are stored: sorted by currency, with sums as texts."""
    return [
        {"currency": currency, "items": tally.items}
        | {"amount": f"{tally.amount:f}", "magnitude": f"{tally.magnitude:f}"}
        for currency, tally in sorted(tallies.items())
    ]


def tallies_as_json(tallies: Tallies) -> list[dict[str, Any]]:
    """Return the same of all company codes, sorted by them."""
    groups = by_code(tallies)
    return [{"companyCode": code} | row for code in sorted(groups) for row in as_json(groups[code])]


def open_by_group(cursor: Any, account: int) -> Tallies:
    """Return what is open in an account, by company code and currency."""
    cursor.execute(_filled(_OPEN_BY_GROUP), {"account": account})
    return _tallies(cursor)


def open_without_missing(cursor: Any, load: FullLoad) -> Tallies:
    """Return what would be open in the company codes of a load if the missing items were closed."""
    cursor.execute(_filled(_OPEN_WITHOUT_MISSING), {"account": load.account_id, "codes": load.company_codes})
    return _tallies(cursor)


def collect(cursor: Any, load: FullLoad, matches: sql.Identifier | None = None) -> None:
    """Collect the missing items of a load; `matches` has the items of one that came in one request."""
    cursor.execute(_CREATE)
    present = sql.SQL(_OF_LOAD) if matches is None else sql.SQL(_ON_STAGE).format(matches=matches)
    parameters = {"account": load.account_id, "load": load.pk, "codes": load.company_codes, "cutoff": load.cutoff}
    # How many ids the arrays have is not known to the planner: a nested loop of them all would take minutes.
    cursor.execute("SET LOCAL enable_nestloop = off")
    open_ids = sql.SQL(" UNION ALL ").join(_open_ids(load))
    cursor.execute(_filled(_COLLECT, present=present, open_ids=open_ids), parameters)
    cursor.execute("SET LOCAL enable_nestloop = on")
    spare(cursor, load)


def drop_seen_since(cursor: Any, load: FullLoad, known: datetime) -> None:
    """Drop what uploads touched after the moment `known`, up to which they were known when the items were collected,
    and what refused rows of theirs may name. The lock must be held.
    """
    cursor.execute(_filled(_SINCE), {"account": load.account_id, "cutoff": load.cutoff, "known": known})
    spare(cursor, load)


def missing_by_group(cursor: Any) -> tuple[Tallies, Positions]:
    """Return what is missing: as tallies, and as positions for the totals of a receipt."""
    cursor.execute(_filled(_MISSING_BY_GROUP))
    found = cursor.fetchall()
    tallies = {(code, currency): Tally(*figures) for code, currency, *figures, _ in found}
    positions = {
        (code, currency): Position(items, invoiced, amount) for code, currency, items, amount, _, invoiced in found
    }
    return tallies, Positions(positions)


def largest(cursor: Any, most: int) -> list[int]:
    """Return the ids of what is missing, the largest open amounts first, so many at the most."""
    cursor.execute("SELECT id FROM missing_items ORDER BY abs(open_amount) DESC NULLS FIRST, id LIMIT %s", [most])
    return [pk for (pk,) in cursor.fetchall()]


def near_pairs(cursor: Any, load: FullLoad, uploads: Iterable[Any]) -> list[NearPair]:
    """Return the missing items that a load, with these uploads, created anew under another spelling."""
    parameters = {"account": load.account_id, "cutoff": load.cutoff, "uploads": list(uploads)}
    cursor.execute(near_sql.formatted(_NEAR, layout_of(Invoice)), parameters)
    return [NearPair(*found) for found in cursor.fetchall()]


def _filled(query: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query).format(open=_OPEN, tally=_TALLY, hidden=account_of_ids(), **parts)


def _tallies(cursor: Any) -> Tallies:
    return {(code, currency): Tally(*figures) for code, currency, *figures in cursor.fetchall()}


def _open_ids(load: FullLoad) -> Iterator[sql.Composed]:
    """What is open, range by range, by the index alone where the load is of all company codes with open items."""
    is_of_all = {row["companyCode"] for row in load.open_before}.issubset(load.company_codes)
    of_codes = sql.SQL("" if is_of_all else " AND company_code = ANY(%(codes)s)")
    return (sql.SQL(_OPEN_IDS).format(of_range=sql.SQL(of_range), of_codes=of_codes) for of_range in _RANGES)
