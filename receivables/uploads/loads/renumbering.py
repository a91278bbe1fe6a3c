"""Items that come under other spellings of their numbers: one night of other padding must not double a ledger."""

from typing import Any

from django.db import models
from django.utils import timezone
from psycopg import sql

from config.database.planning import account_of_ids
from config.http.addresses import link_to
from receivables.models import Invoice
from receivables.uploads.loads import messages
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import MAX_LISTED, refused_snapshot
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.models import FullLoad, RenumberingPass
from receivables.uploads.storing import near_sql
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.staging import Layout

MOST_PERCENT = 1  # of the rows that a load creates
Sql = sql.SQL

# Open items of the load's company codes that it has not brought, near to rows that the upload created.
_TWINS = """
WITH f AS MATERIALIZED (SELECT s.id, {own_keys}, {own_parts} FROM {table} AS s WHERE s.account_id = %(account)s
    AND abs(s.account_id) > 0 AND s.last_upload_id = %(upload)s AND s.created_at = %(moment)s)
SELECT f.id AS created, t.id AS stored, t.company_code FROM f CROSS JOIN LATERAL {alike} AS t
WHERE t.id <> f.id AND {are_near} AND (t.open_amount IS NULL OR t.open_amount <> 0)
AND t.company_code = ANY(%(codes)s) AND t.updated_at < %(moment)s
AND t.id NOT IN (SELECT id FROM {matches})
AND t.id NOT IN (SELECT unnest(item_ids) FROM uploads_seenitems WHERE account_id = %(account)s AND load_id = %(load)s)
"""
_COUNT = "SELECT count(DISTINCT created), min(stored), array_agg(DISTINCT company_code) FROM ({twins}) AS twins"
_PAIRS = """
SELECT DISTINCT ON (row_index) stored, row_index FROM ({twins}) AS twins
JOIN receivables_invoice AS n ON n.account_id = {account} AND n.id = created
JOIN {stage} AS s ON {same} ORDER BY row_index, stored LIMIT {most}
"""


def refuse(cursor: Any, load: FullLoad, author: Author, created_count: int, layout: Layout) -> None:
    """Raise LoadRefused where more than one in a hundred of the items that an upload created are open ones of the
    ledger under another spelling, unless staff let the load pass.
    """
    parameters: dict[str, Any] = {"account": author.account, "upload": author.upload, "moment": author.moment}
    parameters |= {"codes": load.company_codes, "load": load.pk}
    twins = Sql(near_sql.formatted(_TWINS, layout))
    cursor.execute(Sql(_COUNT).format(twins=twins), parameters)
    count, first, codes = cursor.fetchone()
    if count * 100 <= created_count * MOST_PERCENT or _may_pass(load, codes):
        return
    values = {"count": GroupedNumber(count), "created": GroupedNumber(created_count)}
    cursor.execute(_pairs_sql(twins, layout), parameters)
    shown = refused_snapshot(load) | {
        "nearIdentities": [{"missingId": stored, "index": index} for stored, index in cursor.fetchall()]
    }
    rendered = messages.RENUMBERED.rendered(url=link_to("invoice-detail", first), **values)
    raise LoadRefused(rendered, snapshot=shown)


def _may_pass(load: FullLoad, codes: list[str]) -> bool:
    """Whether staff let the next load of each of these company codes pass; it is this one then."""
    of_codes = RenumberingPass.objects.filter(account=load.account_id, company_code__in=codes)
    own = models.Q(used_by=load.pk, expires_at__gt=timezone.now())
    list(of_codes.select_for_update())  # a cluster locks what is found by the account alone
    passes = [*of_codes.valid([load.account_id]), *of_codes.filter(own)]
    if {each.company_code for each in passes} != set(codes):
        return False
    of_codes.filter(pk__in=[each.pk for each in passes]).update(used_by=load.pk)
    return True


def _pairs_sql(twins: sql.Composable, layout: Layout) -> sql.Composed:
    """The first of them, by the index of the row that was created."""
    same = [Sql("n.{0} = s.{0}").format(sql.Identifier(column)) for column in Invoice.IDENTITY]
    about = {"same": Sql(" AND ").join(same), "most": sql.Literal(MAX_LISTED), "account": account_of_ids()}
    return Sql(_PAIRS).format(twins=twins, stage=layout.stage, **about)
