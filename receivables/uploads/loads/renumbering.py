"""Items that come under other spellings of their numbers: one night of other padding must not double a ledger."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from config.http.addresses import linked
from customers.imported.numbers import ODD_SPELLING, SpellingKey
from receivables.models import Invoice
from receivables.uploads.loads import messages
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import MAX_LISTED, refused_snapshot
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.models import FullLoad, RenumberingPass
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.staging import Layout

MOST_PERCENT = 1  # of the rows that a load creates
Sql = sql.SQL

# Open items of the load's company codes that it has not brought, beside the rows that the upload created: by their
# required numbers, as they are or spelt otherwise. Each looks for the former by its keys, which are made once: so the
# planner, which knows nothing yet of the new rows, uses the indexes of both and compares none with all of the account.
_TWINS = """
WITH n AS MATERIALIZED (SELECT n.*, {keys} FROM receivables_invoice AS n WHERE n.account_id = %(account)s
    AND n.account_id > 0 AND n.last_upload_id = %(upload)s AND n.created_at = %(moment)s)
SELECT n.id AS created, t.id AS stored, t.company_code FROM n CROSS JOIN LATERAL (
    (SELECT t.* FROM receivables_invoice AS t WHERE t.account_id = (SELECT %(account)s::bigint) AND {plain} OFFSET 0)
    UNION ALL
    (SELECT t.* FROM receivables_invoice AS t WHERE t.account_id = (SELECT %(account)s::bigint) AND {spelt} AND ({odd})
    OFFSET 0)
) AS t
WHERE t.id <> n.id AND {agree} AND (t.open_amount IS NULL OR t.open_amount <> 0)
AND t.company_code = ANY(%(codes)s) AND t.updated_at < %(moment)s
AND NOT EXISTS (SELECT FROM {matches} AS m WHERE m.id = t.id)
AND NOT EXISTS (SELECT FROM uploads_seenitems AS s WHERE s.account_id = %(account)s AND s.load_id = %(load)s
    AND t.id = ANY(s.item_ids))
"""
_COUNT = "SELECT count(DISTINCT created), min(stored), array_agg(DISTINCT company_code) FROM ({twins}) AS twins"
_PAIRS = """
SELECT DISTINCT ON (row_index) stored, row_index FROM ({twins}) AS twins JOIN receivables_invoice AS n ON n.id = created
JOIN {stage} AS s ON {same} ORDER BY row_index, stored LIMIT {most}
"""


def refuse(cursor: Any, load: FullLoad, author: Author, created_count: int, layout: Layout) -> None:
    """Raise LoadRefused where more than one in a hundred of the items that an upload created are open ones of the
    ledger under another spelling, unless staff let the load pass.
    """
    parameters: dict[str, Any] = {"account": author.account, "upload": author.upload, "moment": author.moment}
    parameters |= {"codes": load.company_codes, "load": load.pk}
    twins = _twins_sql(layout.matches)
    cursor.execute(Sql(_COUNT).format(twins=twins), parameters)
    count, first, codes = cursor.fetchone()
    if count * 100 <= created_count * MOST_PERCENT or _may_pass(load, codes):
        return
    values = {"count": GroupedNumber(count), "created": GroupedNumber(created_count)}
    cursor.execute(_pairs_sql(twins, layout), parameters)
    shown = refused_snapshot(load) | {
        "nearIdentities": [{"missingId": stored, "index": index} for stored, index in cursor.fetchall()]
    }
    rendered = messages.RENUMBERED.rendered(url=linked(reverse("invoice-detail", args=[first])), **values)
    raise LoadRefused(rendered, snapshot=shown)


def _may_pass(load: FullLoad, codes: list[str]) -> bool:
    """Whether staff let the next load of each of these company codes pass; it is this one then."""
    valid = RenumberingPass.objects.filter(account=load.account_id, expires_at__gt=timezone.now())
    unused = valid.filter(used_by=None) | valid.filter(used_by=load.pk)
    passes = list(unused.filter(company_code__in=codes).select_for_update())
    if {each.company_code for each in passes} != set(codes):
        return False
    RenumberingPass.objects.filter(pk__in=[each.pk for each in passes]).update(used_by=load.pk)
    return True


def _twins_sql(matches: sql.Identifier) -> sql.Composed:
    required = Invoice.REQUIRED_IDENTITY
    optional = [column for column in Invoice.IDENTITY if column not in required]
    names = [sql.Identifier(f"k{at}") for at in range(len(required))]
    keys = [Sql("{} AS {}").format(_key("n", column), name) for column, name in zip(required, names, strict=True)]
    plain = [
        Sql("t.{} = n.{}").format(sql.Identifier(column), name) for column, name in zip(required, names, strict=True)
    ]
    spelt = [Sql("{} = n.{}").format(_key("t", column), name) for column, name in zip(required, names, strict=True)]
    odd = [Sql("t.{}::text ~ {}").format(sql.Identifier(column), sql.Literal(ODD_SPELLING)) for column in required]
    agree = [
        Sql("({0} = {1} OR t.{2} = '' OR n.{2} = '')").format(
            _key("t", column), _key("n", column), sql.Identifier(column)
        )
        for column in optional
    ]
    conditions = {"plain": plain, "spelt": spelt, "agree": agree}
    joined = {name: Sql(" AND ").join(parts) for name, parts in conditions.items()}
    return Sql(_TWINS).format(keys=Sql(", ").join(keys), odd=Sql(" OR ").join(odd), matches=matches, **joined)


def _pairs_sql(twins: sql.Composed, layout: Layout) -> sql.Composed:
    """The first of them, by the index of the row that was created."""
    same = [Sql("n.{0} = s.{0}").format(sql.Identifier(column)) for column in Invoice.IDENTITY]
    about = {"same": Sql(" AND ").join(same), "most": sql.Literal(MAX_LISTED)}
    return Sql(_PAIRS).format(twins=twins, stage=layout.stage, **about)


def _key(alias: str, column: str) -> sql.SQL:
    return Sql(SpellingKey.template % {"expressions": sql.Identifier(alias, column).as_string()})
