"""Which items an upload brought, kept as long as a full load may ask for it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg import sql

from receivables.uploads.models import FullLoad, ProtectedIdentity
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.staging import Layout

CHUNK = 10_000  # ids

_RECORD = (
    "INSERT INTO uploads_seenitems (account_id, upload_id, number, seen_at, load_id, item_ids)"
    " SELECT %(account)s, %(upload)s, n / {chunk}, %(moment)s, %(load)s, array_agg(id ORDER BY id)"
    " FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM ({ids}) AS seen) AS numbered GROUP BY n / {chunk}"
)
_MATCHED = "SELECT id FROM {matches}"
_CREATED = (
    "SELECT id FROM {table} WHERE account_id = %(account)s AND account_id > 0"
    " AND last_upload_id = %(upload)s AND created_at = %(moment)s"
)


def record_seen(cursor: Any, layout: Layout, author: Author, load: FullLoad | None = None) -> None:
    """Note the items that an upload matched; of a part of a full load, those that it created as well.

    Other items that an upload created or changed carry its moment; those that it left as they were carry nothing.
    """
    ids = _MATCHED if load is None else f"{_MATCHED} UNION ALL {_CREATED}"
    query = sql.SQL(_RECORD).format(
        chunk=sql.Literal(CHUNK), ids=sql.SQL(ids).format(matches=layout.matches, table=layout.table)
    )
    parameters = {"account": author.account, "upload": author.upload, "moment": author.moment}
    cursor.execute(query, parameters | {"load": load and load.pk})


def protect(load: FullLoad, upload: UUID, identities: Iterable[tuple[int, Mapping[str, str]]]) -> None:
    """Store what could be read of the identities of refused rows, by their indexes; see ProtectedIdentity."""
    ProtectedIdentity.objects.bulk_create(
        ProtectedIdentity(account_id=load.account_id, load=load, upload_id=upload, index=index, parts=dict(parts))
        for index, parts in identities
    )
