"""Which items an upload brought, kept as long as a full load may ask for it."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from psycopg import sql

from apiauth.models import Account
from config.database.planning import account_of_ids
from receivables.models import Invoice
from receivables.uploads.models import FullLoad, Kind, ProtectedIdentity, SeenItems, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.staging import Layout

CHUNK = 10_000  # ids, or refused rows
MOST_IDENTITIES = 10_000  # of an upload's refused rows, in memory; a full load with more of them is withheld

_RECORD = (
    "INSERT INTO uploads_seenitems (account_id, upload_id, number, seen_at, load_id, item_ids)"
    " SELECT %(account)s, %(upload)s, number, %(moment)s, %(load)s,"
    " ids[number * {chunk} + 1 : (number + 1) * {chunk}]"
    " FROM (SELECT coalesce(array_agg(id ORDER BY id), '{{}}') AS ids FROM ({ids}) AS seen) AS sorted"
    " CROSS JOIN LATERAL generate_series(0, greatest(cardinality(ids) - 1, 0) / {chunk}) AS number"
)
_MATCHED = "SELECT id FROM {matches}"
_CREATED = (
    "SELECT id FROM {table} WHERE account_id = %(account)s AND abs(account_id) > 0"
    " AND last_upload_id = %(upload)s AND created_at = %(moment)s"
)
_CLOSED = (
    "SELECT r.index, t.id FROM unnest(%(indexes)s::int[], {arrays}) AS r (index, {columns})"
    " JOIN receivables_invoice AS t ON t.account_id = {hidden} AND {same}"
    " WHERE t.closed_at IS NOT NULL ORDER BY r.index"
)


def record_seen(cursor: Any, layout: Layout, author: Author, load: FullLoad | None = None) -> None:
    """Note the items that an upload matched; of a part of a full load, those that it created as well.

    Other items that an upload created or changed carry its moment; those that it left as they were carry nothing. Of an
    upload that matched none it is noted, too, that its items are known.
    """
    ids = _MATCHED if load is None else f"{_MATCHED} UNION ALL {_CREATED}"
    query = sql.SQL(_RECORD).format(
        chunk=sql.Literal(CHUNK), ids=sql.SQL(ids).format(matches=layout.matches, table=layout.table)
    )
    parameters = {"account": author.account, "upload": author.upload, "moment": author.moment}
    cursor.execute(query, parameters | {"load": load and load.pk})


def is_unknown(load: FullLoad) -> bool:
    """Whether an upload after the cut-off of a load left items as they were, and it is not known which: it merged
    before the account's first full load, or what it saw is no longer stored. Uploads of earlier versions of the service
    have no moment but when they came. One that was taken back says nothing.
    """
    known = SeenItems.objects.filter(account=OuterRef("account"), upload_id=OuterRef("pk"))
    stored = Upload.objects.of_account(load.account).in_effect().filter(resource=Resource.INVOICES, kind=Kind.ROWS)
    since = stored.filter(Q(merged_at__gt=load.cutoff) | Q(merged_at=None, created_at__gt=load.cutoff))
    return since.filter(~Exists(known), unchanged_count__gt=0).exists()


def closed_items(
    cursor: Any, account: Account, identities: Mapping[int, Mapping[str, str] | None]
) -> list[tuple[int, int]]:
    """Return which of these refused rows are of closed items: their indexes, with the ids of the items. Rows whose
    identities can be read in part alone are none.
    """
    whole = {index: parts for index, parts in identities.items() if parts and parts.keys() == set(Invoice.IDENTITY)}
    if not whole:
        return []
    columns = {column: [parts[column] for parts in whole.values()] for column in Invoice.IDENTITY}
    cursor.execute(_closed_sql(), columns | {"account": account.pk, "indexes": list(whole)})
    return list(cursor.fetchall())


def _closed_sql() -> sql.Composed:
    names = [sql.Identifier(column) for column in Invoice.IDENTITY]
    return sql.SQL(_CLOSED).format(
        hidden=account_of_ids(),
        arrays=sql.SQL(", ").join(sql.SQL("{}::text[]").format(sql.Placeholder(column)) for column in Invoice.IDENTITY),
        columns=sql.SQL(", ").join(names),
        same=sql.SQL(" AND ").join(sql.SQL("t.{0} = r.{0}").format(name) for name in names),
    )


def protect(load: FullLoad, upload: UUID, identities: Iterable[tuple[int, Mapping[str, str]]]) -> None:
    """Store what could be read of the identities of refused rows, by their indexes; see ProtectedIdentity."""
    protected = (
        ProtectedIdentity(account_id=load.account_id, load=load, upload_id=upload, index=index, parts=dict(parts))
        for index, parts in identities
    )
    while some := list(islice(protected, CHUNK)):
        ProtectedIdentity.objects.bulk_create(some)
